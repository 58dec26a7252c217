"""The calls of the lessons in MXNet: what one writes first, and what is right. Images NCHW, kernels OIHW.

`np` is `mxnet.numpy`, whose arrays the operators of `npx` take.
"""

import math

from mxnet import autograd, gluon, nd, np, npx

npx.set_np()
TENSOR = np.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
# A convolution with these pads, for the command `explain`.
PADDED = (
    "npx.convolution(np.pad(x, ((0, 0), (0, 0), ({top}, {bottom}), ({left}, {right}))), w, kernel=w.shape[2:], "
    "num_filter=w.shape[0], no_bias=True, stride=({stride}, {stride}))"
)


def convolve(x, w, **options):
    """A convolution; MXNet wants to be told the window, the number of filters, and that there is no bias."""
    return npx.convolution(x, w, kernel=w.shape[2:], num_filter=w.shape[0], no_bias=True, **options)


def resize(x, **options):
    """Twice as large; the operator belongs to the older arrays of `mx.nd`."""
    return nd.contrib.BilinearResize2D(x.as_nd_ndarray(), height=4, width=4, **options).as_np_ndarray()


SIDES = ((0, 0), (0, 0), (0, 0), (2, 2))


def layer(x, w, b=None):
    """A layer of gluon with its kernel and bias set."""
    made = gluon.nn.Conv2D(w.shape[0], w.shape[2:], in_channels=w.shape[1], use_bias=b is not None)
    made.initialize()
    made.weight.set_data(w)
    if b is not None:
        made.bias.set_data(b)
    return made(x)


def learn(x, y, w, reduce):
    """Ten steps of gradient descent, with the learning rate 0.03."""
    w = w.copy()
    w.attach_grad()
    for _ in range(10):
        with autograd.record():
            loss = reduce((convolve(x[None, None], w[None, None])[0, 0] - y) ** 2)
        loss.backward()
        w[:] -= 0.03 * w.grad
    return w


def gradient(x, reduce, times=1):
    """The gradient of the squares by x."""
    x.attach_grad()
    for _ in range(times):
        with autograd.record():
            y = reduce(x**2)
        y.backward()
    return x.grad


def fill(shape):
    """Weights by the rule of the lesson: eighths from -5/8 to 5/8."""
    return (np.arange(math.prod(shape)).reshape(shape) * 7 % 11 - 5) / 8


def lenet(x, kernels):
    """LeNet-5 with `kernels` in C1; gluon makes the names of layers itself."""
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Conv2D(kernels, 5, padding=2, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(gluon.nn.Conv2D(16, 5, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(gluon.nn.Conv2D(120, 5, activation="relu"), gluon.nn.Flatten())
    net.add(gluon.nn.Dense(84, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    net(x)  # the first image makes the weights
    for weight in net.collect_params().values():
        weight.set_data(fill(weight.shape))
    return net(x)


CALLS = {
    "same-with-stride": {
        "padding=1": lambda x, w: convolve(x, w, stride=(2, 2), pad=(1, 1)),
        "padded before": lambda x, w: convolve(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, stride=(2, 2)),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: convolve(x, w),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: convolve(x, w, stride=(2, 2), dilate=(2, 2)),
        "every second output": lambda x, w: convolve(x, w, dilate=(2, 2))[:, :, ::2, ::2],
        "without dilation": lambda x, w: convolve(x, w, stride=(2, 2)),
    },
    "pooling": {
        "by default": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), pad=(1, 1), pool_type="avg"),
        "pixels seen alone": lambda x: npx.pooling(
            x, kernel=(2, 2), stride=(2, 2), pad=(1, 1), pool_type="avg", count_include_pad=False
        ),
    },
    "transposed-convolution": {
        "by default": lambda x, w: npx.deconvolution(x, w, kernel=(2, 2), num_filter=1, stride=(2, 2)),
    },
    "upsampling": {
        "bilinear": lambda x: resize(x),
        "half pixels": lambda x: resize(x, align_corners=False),
        "corners aligned": lambda x: resize(x, align_corners=True),
        "nearest": lambda x: x.repeat(2, axis=2).repeat(2, axis=3),
    },
    "layer-and-bias": {
        "the layer": lambda x, w, b: layer(x, w, b),
        "the function": lambda x, w, b: npx.convolution(x, w, b, kernel=w.shape[2:], num_filter=w.shape[0]),
        "without its bias": lambda x, w, b: layer(x, w),
    },
    "learned-kernel": {
        "sum of squares": lambda x, y, w: learn(x, y, w, np.sum),
        "mean of squares": lambda x, y, w: learn(x, y, w, np.mean),
    },
    "channels": {
        "all channels": lambda x, w: convolve(x, w),
        "each channel alone": lambda x, w: convolve(x, w.transpose(1, 0, 2, 3), num_group=2),
    },
    "padding-modes": {
        "reflect": lambda x: np.pad(x, SIDES, mode="reflect"),
        "constant": lambda x: np.pad(x, SIDES),
        "symmetric": lambda x: np.pad(x, SIDES, mode="symmetric"),
        "replicate": lambda x: np.pad(x, SIDES, mode="edge"),
        "circular": lambda x: np.pad(x, SIDES, mode="wrap"),
    },
    "flatten-and-dense": {
        "flatten": lambda x: npx.batch_flatten(x),
    },
    "gradients": {
        "of the sum": lambda x: gradient(x, np.sum),
        "of the vector": lambda x: gradient(x, lambda y: y),
        "twice": lambda x: gradient(x, np.sum, times=2),
    },
    "lenet5": {
        "names of their own": lambda x: lenet(x, kernels=5),
        "both mended": lambda x: lenet(x, kernels=6),
    },
    "floating-point": {
        "float32": lambda x, y: x + y,
        "float16": lambda x, y: x.astype("float16") + y.astype("float16"),
    },
    "layouts-and-memory": {
        "transpose": lambda x: x.transpose(0, 2, 3, 1),
        "reshape": lambda x: x.reshape(1, 2, 3, 2),
    },
}
