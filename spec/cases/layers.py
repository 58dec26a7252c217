"""The sizes of layers in use, each once: where implementations leave their plain loops for blocked ones."""

from spec.cases.sketches import Sketch

ONE = (("reals", "float32"),)
SMALL = [[1, 1], [1, 1]]
LAYERS: dict[str, list[tuple]] = {
    "conv2d": [
        ("resnet-stem", "kernel 7, stride 2, pads 3, 56 rows and columns, 64 outputs",
         {"stride": [2, 2], "padding": [[3, 3], [3, 3]]}, (1, 3, 56, 56), (64, 3, 7, 7)),
        ("resnet-block", "64 channels and outputs, kernel 3, pads 1, 28 columns",
         {"padding": SMALL}, (1, 64, 14, 28), (64, 64, 3, 3)),
        ("pointwise", "128 channels, 256 outputs, kernel 1, batch 9, in NHWC",
         {"layout": "NHWC", "kernel_layout": "HWIO"}, (9, 128, 7, 7), (256, 128, 1, 1)),
        ("bottleneck", "1024 channels, kernel 1, stride 2",
         {"stride": [2, 2]}, (1, 1024, 5, 5), (32, 1024, 1, 1)),
        ("depthwise", "96 groups of one channel, kernel 5, same, 17 columns",
         {"groups": 96, "padding": "same"}, (2, 96, 7, 17), (96, 1, 5, 5)),
        ("resnext", "32 groups of 4 channels, kernel 3, stride 2, batch 17",
         {"groups": 32, "padding": SMALL, "stride": [2, 2]}, (17, 128, 6, 6), (128, 4, 3, 3)),
        ("atrous", "dilation 12, pads 12, kernel 3, 65 columns",
         {"dilation": [12, 12], "padding": [[12, 12], [12, 12]]}, (1, 8, 9, 65), (16, 8, 3, 3)),
        ("patches", "kernel 16, stride 16, 96 outputs, 3 channels",
         {"stride": [16, 16]}, (2, 3, 48, 64), (96, 3, 16, 16)),
        ("large-kernel", "kernel 31, pads 15, 3 groups of one channel",
         {"groups": 3, "padding": [[15, 15], [15, 15]]}, (1, 3, 9, 14), (3, 1, 31, 31)),
    ],
    "conv_transpose2d": [
        ("generator", "64 channels, 32 outputs, kernel 4, stride 2, pads 1",
         {"stride": [2, 2], "padding": SMALL}, (2, 64, 8, 8), (64, 32, 4, 4)),
        ("segmentation", "kernel 16, stride 8, pads 4, 6 groups of one channel",
         {"stride": [8, 8], "padding": [[4, 4], [4, 4]], "groups": 6}, (1, 6, 3, 5), (6, 1, 16, 16)),
        ("pointwise", "256 channels, 40 outputs, kernel 1, batch 9",
         {}, (9, 256, 3, 4), (256, 40, 1, 1)),
    ],
    "max_pool2d": [
        ("resnet-stem", "kernel 3, stride 2, pads 1, 64 channels, 56 rows and columns",
         {"kernel_size": [3, 3], "stride": [2, 2], "padding": SMALL}, (1, 64, 56, 56)),
        ("spatial-pyramid", "kernel 13, stride 1, pads 6, 10 channels, batch 9",
         {"kernel_size": [13, 13], "stride": [1, 1], "padding": [[6, 6], [6, 6]]}, (9, 10, 9, 13)),
    ],
    "avg_pool2d": [
        ("global", "kernel 7, 2048 channels",
         {"kernel_size": [7, 7]}, (2, 2048, 7, 7)),
        ("inception", "kernel 3, stride 1, pads 1 that count, 130 channels, 35 columns",
         {"kernel_size": [3, 3], "stride": [1, 1], "padding": SMALL, "count_include_pad": True}, (1, 130, 9, 35)),
    ],
    "upsample2d": [
        ("decoder", "bilinear, scale 2, 64 channels, 14 rows, 28 columns",
         {"scale": [2, 2], "mode": "bilinear"}, (1, 64, 14, 28)),
        ("segmentation", "bilinear, scale 16, 21 channels, align_corners, batch 9",
         {"scale": [16, 16], "mode": "bilinear", "align_corners": True}, (9, 21, 2, 3)),
        ("detector", "nearest, scale 8 and 9, 130 channels, batch 17",
         {"scale": [8, 9], "mode": "nearest"}, (17, 130, 2, 3)),
    ],
}  # fmt: skip


def sketches(op: str) -> list[Sketch]:
    """The layers of an operator."""
    return [
        Sketch(f"layer-{name}", f"a layer in use: {why}", attrs, dict(zip("xw", shapes)), ONE)
        for name, why, attrs, *shapes in LAYERS[op]
    ]
