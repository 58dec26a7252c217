"""The weights and images of the four networks, in canonical axes (OIHW, IOHW, OI); NumPy alone, any version."""

import zlib

import numpy as np

IMAGES = {"lenet": (2, 1, 28, 28), "resnet": (2, 3, 16, 16), "mobilenet": (2, 3, 16, 16), "unet": (2, 3, 16, 16)}
# Shapes of weights: a convolution (O, I, h, w), a transposed one marked T (I, O, h, w), dense (O, I), a norm (C,).
SHAPES = {
    "lenet": {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)},
    "resnet": {
        "conv1": (8, 3, 3, 3),
        "bn1": (8,),
        "a.conv1": (8, 8, 3, 3),
        "a.bn1": (8,),
        "a.conv2": (8, 8, 3, 3),
        "a.bn2": (8,),
        "b.conv1": (16, 8, 3, 3),
        "b.bn1": (16,),
        "b.conv2": (16, 16, 3, 3),
        "b.bn2": (16,),
        "b.short": (16, 8, 1, 1),
        "b.norm": (16,),
        "fc": (10, 16),
    },
    "mobilenet": {
        "stem": (8, 3, 3, 3),
        "stem_bn": (8,),
        "dw1": (16, 1, 3, 3),
        "dw1_bn": (16,),
        "pw1": (12, 16, 1, 1),
        "pw1_bn": (12,),
        "dw2": (12, 1, 3, 3),
        "dw2_bn": (12,),
        "pw2": (16, 12, 1, 1),
        "fc": (10, 16),
    },
    "unet": {
        "down1": (8, 3, 3, 3),
        "down2": (12, 8, 3, 3),
        "mid": (12, 12, 3, 3),
        "up1": (12, 8, 4, 4),
        "join": (8, 16, 3, 3),
        "up2": (8, 6, 2, 2),
        "out": (3, 6, 1, 1),
    },
}
TRANSPOSED = ("up1", "up2")
WITHOUT_BIAS = ("conv1", "a.conv1", "a.conv2", "b.conv1", "b.conv2", "b.short", "stem", "dw1", "pw1", "dw2")


def random(name):
    return np.random.RandomState(zlib.crc32(name.encode()))


def images(network):
    """Images in NCHW, float32."""
    return random(network).standard_normal(IMAGES[network]).astype("float32")


def weights(network):
    """{"conv1.w": array, "conv1.b": ..., "bn1.scale": ...}"""
    found = {}
    for name, shape in SHAPES[network].items():
        draw = random(f"{network}/{name}").standard_normal
        if len(shape) == 1:
            found[f"{name}.scale"], found[f"{name}.shift"] = 1 + 0.2 * draw(shape), 0.2 * draw(shape)
            found[f"{name}.mean"], found[f"{name}.variance"] = 0.3 * draw(shape), 0.5 + abs(draw(shape))
            continue
        inputs = shape[0] * shape[2] if name in TRANSPOSED else int(np.prod(shape[1:]))
        found[f"{name}.w"] = draw(shape) * 1.4 / inputs**0.5
        if network == "lenet" or name not in WITHOUT_BIAS:
            found[f"{name}.b"] = 0.2 * draw(shape[1] if name in TRANSPOSED else shape[0])
    return {name: array.astype("float32") for name, array in found.items()}
