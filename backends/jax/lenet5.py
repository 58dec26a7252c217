"""LeNet-5 as it is written in Flax: the adapter trains it, and the command `bridge` shows it."""

import functools

from flax import nnx

from backends.contract import native


@native("NHWC", kernel="HWIO", dense="IO")
def lenet5(images, *weights):
    c5 = flatten, nnx.Linear(5 * 5 * 16, 120, rngs=nnx.Rngs(0))  # rows, columns, channels
    return network(c5, weights)(images)


def network(c5, weights):
    """The layers with their weights. C5 sees all 5 x 5 pixels: a convolution, or a dense layer behind a flatten."""
    rngs, pool = nnx.Rngs(0), functools.partial(nnx.max_pool, window_shape=(2, 2), strides=(2, 2))
    net = nnx.Sequential(
        nnx.Conv(1, 6, kernel_size=(5, 5), padding="SAME", rngs=rngs),
        nnx.relu,
        pool,
        nnx.Conv(6, 16, kernel_size=(5, 5), padding="VALID", rngs=rngs),  # without the word it would be SAME
        nnx.relu,
        pool,
        *c5,
        nnx.relu,
        nnx.Linear(120, 84, rngs=rngs),
        nnx.relu,
        nnx.Linear(84, 10, rngs=rngs),
    )
    layers = [one for one in net.layers if isinstance(one, nnx.Module)]
    for layer, kernel, bias in zip(layers, weights[::2], weights[1::2]):
        layer.kernel, layer.bias = nnx.Param(kernel), nnx.Param(bias)
    return net


def flatten(x):
    """(N, H, W, C) -> (N, H*W*C)."""
    return x.reshape(len(x), -1)
