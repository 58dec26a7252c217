"""LeNet-5 as it is written in PyTorch: the adapter trains it, and the command `bridge` shows it."""

from torch import nn

from backends.contract import native


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, *weights):
    c5 = nn.Flatten(), nn.Linear(16 * 5 * 5, 120)  # channels, rows, columns
    return network(c5, weights, images.dtype)(images)


def network(c5, weights, dtype):
    """The layers with their weights. C5 sees all 5 x 5 pixels: a convolution, or a dense layer behind a flatten."""
    net = nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        nn.Conv2d(6, 16, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=2),
        *c5,
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    ).to(dtype)
    net.load_state_dict(dict(zip(net.state_dict(), weights)))  # both in the order of the layers
    return net
