"""LeNet-5 as it is written in Flax, for the command `bridge`."""

from flax import nnx

from backends.contract import native


@native("NHWC", kernel="HWIO", dense="IO")
def lenet5(images, *weights):
    rngs = nnx.Rngs(0)
    c1 = nnx.Conv(1, 6, kernel_size=(5, 5), padding="SAME", rngs=rngs)
    c3 = nnx.Conv(6, 16, kernel_size=(5, 5), padding="VALID", rngs=rngs)  # without the word it would be SAME
    c5, f6, out = nnx.Linear(5 * 5 * 16, 120, rngs=rngs), nnx.Linear(120, 84, rngs=rngs), nnx.Linear(84, 10, rngs=rngs)
    for layer, kernel, bias in zip((c1, c3, c5, f6, out), weights[::2], weights[1::2]):
        layer.kernel, layer.bias = nnx.Param(kernel), nnx.Param(bias)
    x = nnx.max_pool(nnx.relu(c1(images)), window_shape=(2, 2), strides=(2, 2))
    x = nnx.max_pool(nnx.relu(c3(x)), window_shape=(2, 2), strides=(2, 2))
    x = x.reshape(len(x), -1)  # rows, columns, channels
    return out(nnx.relu(f6(nnx.relu(c5(x)))))
