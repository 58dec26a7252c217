"""The four networks in PyTorch, as its users write them: modules, functions, operators, pads where "same" is meant."""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.relu1, self.relu2, self.pool = nn.ReLU(), nn.ReLU(inplace=True), nn.MaxPool2d(2)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.axis = 1

    def forward(self, x):
        x = self.pool(self.relu1(self.conv1(x)))
        x = self.pool(self.relu2(self.conv2(x)))
        x = self.flat(x)
        x = F.relu(self.fc2(F.relu(self.fc1(x))))
        return F.softmax(self.fc3(x), dim=self.axis)

    def flat(self, x):
        return torch.flatten(x, 1)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.short = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False) if stride > 1 else None
        self.norm = nn.BatchNorm2d(outputs) if stride > 1 else None

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.skip(x))

    def skip(self, x):
        return x if self.short is None else self.norm(self.short(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.a, self.b, self.fc = Block(8, 8, 1), Block(8, 16, 2), nn.Linear(16, 10)

    def forward(self, x):
        x = self.pool(self.first(x))
        x = self.b(self.a(x))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))

    def first(self, x):
        return F.relu(self.bn1(self.conv1(x)))


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 1, 0, 1))  # what "same" is at stride 2
        self.stem, self.stem_bn = nn.Conv2d(3, 8, 3, stride=2, bias=False), nn.BatchNorm2d(8, eps=1e-3)
        self.dw1 = nn.Conv2d(8, 16, 3, padding=1, groups=8, bias=False)
        self.dw1_bn, self.pw1, self.pw1_bn = nn.BatchNorm2d(16, eps=1e-3), nn.Conv2d(16, 12, 1, bias=False), None
        self.pw1_bn = nn.BatchNorm2d(12, eps=1e-3)
        self.dw2 = nn.Conv2d(12, 12, 3, stride=2, groups=12, bias=False)
        self.dw2_bn, self.pw2 = nn.BatchNorm2d(12, eps=1e-3), nn.Conv2d(12, 16, 1)
        self.act1, self.act2, self.act3, self.gelu = nn.ReLU6(), nn.ReLU6(), nn.Hardswish(), nn.GELU()
        self.pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        self.drop, self.fc, self.soft = nn.Dropout(0.2), nn.Linear(16, 10), nn.Softmax(dim=1)

    def forward(self, x):
        x = self.act1(self.stem_bn(self.stem(self.pad(x))))
        x = self.act2(self.dw1_bn(self.dw1(x)))
        x = self.act3(self.pw1_bn(self.pw1(x)))
        x = self.gelu(self.dw2_bn(self.dw2(self.pad(x))))
        x = self.pool(self.pw2(x))
        return self.soft(self.fc(self.drop(x.mean(dim=(2, 3)))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 12, 3, padding=1)
        self.mid, self.up1 = nn.Conv2d(12, 12, 3, padding=1), nn.ConvTranspose2d(12, 8, 4, stride=2, padding=1)
        self.join, self.up2 = nn.Conv2d(16, 8, 3, padding=1), nn.ConvTranspose2d(8, 6, 2, stride=2)
        self.leaky, self.elu, self.out = nn.LeakyReLU(0.1), nn.ELU(), nn.Conv2d(6, 3, 1)
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x):
        first = F.silu(self.down1(x))
        y = self.leaky(self.down2(F.max_pool2d(first, 2)))
        y = self.elu(self.mid(y))
        y = self.merge(self.up1(y), first)
        y = self.up(torch.tanh(self.join(y)))
        return torch.sigmoid(self.out(self.up2(y)))

    def merge(self, y, first):
        return torch.cat([y, first], dim=1)


NETWORKS = {"lenet": LeNet, "resnet": ResNet, "mobilenet": MobileNet, "unet": UNet}
KEYS = {
    "w": "weight",
    "b": "bias",
    "scale": "weight",
    "shift": "bias",
    "mean": "running_mean",
    "variance": "running_var",
}


def build(network, weights):
    """The network in inference, with its weights."""
    net = NETWORKS[network]()
    modules = dict(net.named_modules())
    with torch.no_grad():
        for name, array in weights.items():
            layer, _, key = name.rpartition(".")
            getattr(modules[layer], KEYS[key]).copy_(torch.from_numpy(array))
    return net.eval()


def images(array):
    return torch.from_numpy(array)
