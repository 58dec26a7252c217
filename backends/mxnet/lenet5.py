"""LeNet-5 as it is written in Gluon, for the command `bridge`."""

from mxnet import gluon

from backends.contract import native


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, *weights):
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Conv2D(6, kernel_size=5, padding=2, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(gluon.nn.Conv2D(16, kernel_size=5, activation="relu"), gluon.nn.MaxPool2D(2))
    net.add(gluon.nn.Flatten())  # channels, rows, columns
    net.add(gluon.nn.Dense(120, activation="relu"), gluon.nn.Dense(84, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    for parameter, weight in zip(net.collect_params().values(), weights):
        parameter.set_data(weight)
    return net(images)
