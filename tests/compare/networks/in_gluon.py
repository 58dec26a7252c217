"""The four networks in Gluon: sequential, and hybrid blocks with functions."""

import mxnet as mx
from mxnet.gluon import HybridBlock, nn


def lenet():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, padding=2, activation="relu"), nn.MaxPool2D(2))
    net.add(nn.Conv2D(16, 5, activation="relu"), nn.MaxPool2D(2))
    net.add(nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu"), nn.Dense(10))
    net.add(nn.HybridLambda(lambda F, x: F.softmax(x)))
    net.layers = {"conv1": net[0], "conv2": net[2], "fc1": net[4], "fc2": net[5], "fc3": net[6]}
    return net


class Block(HybridBlock):
    def __init__(self, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2D(outputs, 3, strides=stride, padding=1, use_bias=False)
        self.conv2 = nn.Conv2D(outputs, 3, padding=1, use_bias=False)
        self.bn1, self.bn2, self.short = nn.BatchNorm(), nn.BatchNorm(), None
        if stride > 1:
            self.short, self.norm = nn.Conv2D(outputs, 1, strides=stride, use_bias=False), nn.BatchNorm()

    def hybrid_forward(self, F, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.short is None else self.norm(self.short(x))))


class ResNet(HybridBlock):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2D(8, 3, padding=1, use_bias=False), nn.BatchNorm()
        self.act, self.pool = nn.Activation("relu"), nn.MaxPool2D(3, strides=2, padding=1)
        self.a, self.b, self.mean, self.fc = Block(8, 1), Block(16, 2), nn.GlobalAvgPool2D(), nn.Dense(10)

    def hybrid_forward(self, F, x):
        return self.fc(self.mean(self.b(self.a(self.pool(self.act(self.bn1(self.conv1(x))))))))


class MobileNet(HybridBlock):
    def __init__(self):
        super().__init__()
        norm = lambda: nn.BatchNorm(epsilon=1e-3)  # noqa: E731
        self.stem, self.stem_bn = nn.Conv2D(8, 3, strides=2, use_bias=False), norm()
        self.dw1, self.dw1_bn = nn.Conv2D(16, 3, padding=1, groups=8, use_bias=False), norm()
        self.pw1, self.pw1_bn = nn.Conv2D(12, 1, use_bias=False), norm()
        self.dw2, self.dw2_bn = nn.Conv2D(12, 3, strides=2, groups=12, use_bias=False), norm()
        self.pw2, self.gelu = nn.Conv2D(16, 1), nn.GELU()
        self.pool = nn.AvgPool2D(3, strides=1, padding=1, count_include_pad=False)
        self.mean, self.drop, self.fc = nn.GlobalAvgPool2D(), nn.Dropout(0.2), nn.Dense(10)

    def hybrid_forward(self, F, x):
        pad = lambda x: F.pad(x, mode="constant", constant_value=0, pad_width=(0, 0, 0, 0, 0, 1, 0, 1))  # noqa: E731
        x = F.clip(self.stem_bn(self.stem(pad(x))), 0, 6)
        x = F.clip(self.dw1_bn(self.dw1(x)), 0, 6)
        x = self.pw1_bn(self.pw1(x))
        x = x * F.clip(x + 3, 0, 6) / 6
        x = self.gelu(self.dw2_bn(self.dw2(pad(x))))
        return F.softmax(self.fc(self.drop(self.mean(self.pool(self.pw2(x))))))


class UNet(HybridBlock):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2D(8, 3, padding=1), nn.Conv2D(12, 3, padding=1)
        self.pool, self.leaky, self.elu = nn.MaxPool2D(2), nn.LeakyReLU(0.1), nn.ELU()
        self.mid, self.up1 = nn.Conv2D(12, 3, padding=1), nn.Conv2DTranspose(8, 4, strides=2, padding=1)
        self.swish, self.join = nn.Swish(), nn.Conv2D(8, 3, padding=1, activation="tanh")
        self.up2, self.out = nn.Conv2DTranspose(6, 2, strides=2), nn.Conv2D(3, 1, activation="sigmoid")

    def hybrid_forward(self, F, x):
        first = self.swish(self.down1(x))
        y = self.leaky(self.down2(self.pool(first)))
        y = self.elu(self.mid(y))
        y = self.join(F.concat(self.up1(y), first, dim=1))
        y = F.contrib.BilinearResize2D(y, height=32, width=32, align_corners=False)
        return self.out(self.up2(y))


NETWORKS = {"lenet": lenet, "resnet": ResNet, "mobilenet": MobileNet, "unet": UNet}
KEYS = {
    "w": "weight",
    "b": "bias",
    "scale": "gamma",
    "shift": "beta",
    "mean": "running_mean",
    "variance": "running_var",
}


def build(network, weights):
    """The network with its weights."""
    net = NETWORKS[network]()
    net.initialize()
    size = {"lenet": (1, 1, 28, 28)}.get(network, (1, 3, 16, 16))
    net(mx.nd.zeros(size))
    for name, array in weights.items():
        path, _, key = name.rpartition(".")
        getattr(find(net, path), KEYS[key]).set_data(mx.nd.array(array))
    return net


def find(net, path):
    """A block by the name of its weights."""
    if hasattr(net, "layers"):
        return net.layers[path]
    for part in path.split("."):
        net = getattr(net, part)
    return net


def images(array):
    return mx.nd.array(array)
