"""LeNet-5 as it is written in Gluon: the adapter trains it, and the command `bridge` shows it."""

from mxnet import gluon

from backends.contract import native


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, *weights):
    c5 = gluon.nn.Flatten(), gluon.nn.Dense(120, activation="relu")  # channels, rows, columns
    return network(c5, weights, images.dtype)(images)


def network(c5, weights, dtype):
    """The layers with their weights. C5 sees all 5 x 5 pixels: a convolution, or a dense layer behind a flatten."""
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Conv2D(6, kernel_size=5, padding=2, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(gluon.nn.Conv2D(16, kernel_size=5, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(*c5)
    net.add(gluon.nn.Dense(84, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    net.cast(dtype)  # after `initialize`, which knows float32 only
    for parameter, weight in zip(net.collect_params().values(), weights):  # both in the order of the layers
        parameter.set_data(weight)
    return net
