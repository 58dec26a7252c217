"""LeNet-5 as it is written in PyTorch, for the command `bridge`."""

from torch import nn

from backends.contract import native


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, *weights):
    net = nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        nn.Conv2d(6, 16, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        nn.Flatten(),  # channels, rows, columns
        nn.Linear(16 * 5 * 5, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    net.load_state_dict(dict(zip(net.state_dict(), weights)))  # both in the order of the layers
    return net(images)
