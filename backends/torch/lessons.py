"""The calls of the lessons in PyTorch: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import torch
import torch.nn.functional as F
from torch import nn

TENSOR = torch.tensor  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
# A convolution with these pads, for the command `explain`.
PADDED = "F.conv2d(F.pad(x, ({left}, {right}, {top}, {bottom})), w, stride={stride})"


def layer(w, b=None, **options):
    """A layer that has the kernel w and the bias b."""
    made = torch.nn.Conv2d(w.shape[1], w.shape[0], w.shape[2:], bias=b is not None, **options)
    made.load_state_dict({"weight": w} if b is None else {"weight": w, "bias": b})
    return made


def learn(x, y, w, loss):
    """Ten steps of gradient descent, with the learning rate 0.03."""
    w = w.clone().requires_grad_()
    for _ in range(10):
        loss(F.conv2d(x[None, None], w[None, None])[0, 0] - y).backward()
        with torch.no_grad():
            w -= 0.03 * w.grad
            w.grad.zero_()
    return w.detach()


def gradient(x, reduce, times=1):
    """The gradient of the squares by x."""
    x = x.clone().requires_grad_()
    for _ in range(times):
        reduce(x**2).backward()
    return x.grad


def fill(shape):
    """Weights by the rule of the lesson: eighths from -5/8 to 5/8."""
    return (torch.arange(shape.numel()).reshape(shape) * 7 % 11 - 5) / 8


def lenet(x, kernels, third):
    """LeNet-5 with `kernels` in C1; its third convolution has the name `third`."""
    net = nn.Sequential()
    net.add_module("C1", nn.Conv2d(1, kernels, kernel_size=5, padding=2))
    net.add_module("func1", nn.ReLU())
    net.add_module("S2", nn.MaxPool2d(kernel_size=2))
    net.add_module("C3", nn.Conv2d(6, 16, kernel_size=5))
    net.add_module("func2", nn.ReLU())
    net.add_module("S4", nn.MaxPool2d(kernel_size=2))
    net.add_module(third, nn.Conv2d(16, 120, kernel_size=5))
    net.add_module("func3", nn.ReLU())
    net.add_module("flatten", nn.Flatten())
    net.add_module("F6", nn.Linear(120, 84))
    net.add_module("func4", nn.ReLU())
    net.add_module("OUTPUT", nn.Linear(84, 10))
    net.load_state_dict({name: fill(weight.shape) for name, weight in net.state_dict().items()})
    return net(x).detach()


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: F.conv2d(x, w, stride=2, padding="same"),
        "padding=1": lambda x, w: F.conv2d(x, w, stride=2, padding=1),
        "padded before": lambda x, w: F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: F.conv2d(x, w),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: F.conv2d(x, w, stride=2, dilation=2),
        "the layer": lambda x, w: layer(w, stride=2, dilation=2)(x),
        "every second output": lambda x, w: F.conv2d(x, w, dilation=2)[:, :, ::2, ::2],
        "without dilation": lambda x, w: F.conv2d(x, w, stride=2),
    },
    "pooling": {
        "by default": lambda x: F.avg_pool2d(x, 2, padding=1),
        "pixels seen alone": lambda x: F.avg_pool2d(x, 2, padding=1, count_include_pad=False),
        "all places": lambda x: F.avg_pool2d(F.pad(x, (1, 1, 1, 1)), 2),
    },
    "transposed-convolution": {
        "by default": lambda x, w: F.conv_transpose2d(x, w, stride=2),
    },
    "upsampling": {
        "bilinear": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        "half pixels": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        "corners aligned": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
        "nearest": lambda x: F.interpolate(x, scale_factor=2),
    },
    "layer-and-bias": {
        "the layer": lambda x, w, b: layer(w, b)(x),
        "the function": lambda x, w, b: F.conv2d(x, w, b),
        "without its bias": lambda x, w, b: layer(w)(x),
    },
    "learned-kernel": {
        "sum of squares": lambda x, y, w: learn(x, y, w, lambda error: (error**2).sum()),
        "mean of squares": lambda x, y, w: learn(x, y, w, lambda error: (error**2).mean()),
    },
    "channels": {
        "all channels": lambda x, w: F.conv2d(x, w),
        "each channel alone": lambda x, w: F.conv2d(x, w.permute(1, 0, 2, 3), groups=2),
    },
    "padding-modes": {
        "reflect": lambda x: F.pad(x, (2, 2, 0, 0), mode="reflect"),
        "constant": lambda x: F.pad(x, (2, 2, 0, 0)),
        "symmetric": lambda x: F.pad(x, (2, 2, 0, 0), mode="symmetric"),
        "replicate": lambda x: F.pad(x, (2, 2, 0, 0), mode="replicate"),
        "circular": lambda x: F.pad(x, (2, 2, 0, 0), mode="circular"),
    },
    "flatten-and-dense": {
        "flatten": lambda x: torch.flatten(x, start_dim=1),
    },
    "gradients": {
        "of the sum": lambda x: gradient(x, torch.sum),
        "of the vector": lambda x: gradient(x, lambda y: y),
        "twice": lambda x: gradient(x, torch.sum, times=2),
    },
    "lenet5": {
        "as the seed wrote it": lambda x: lenet(x, kernels=5, third="C3"),
        "6 kernels": lambda x: lenet(x, kernels=6, third="C3"),
        "names of their own": lambda x: lenet(x, kernels=5, third="C5"),
        "both mended": lambda x: lenet(x, kernels=6, third="C5"),
    },
    "floating-point": {
        "float32": lambda x, y: x + y,
        "float16": lambda x, y: x.half() + y.half(),
        "bfloat16": lambda x, y: x.bfloat16() + y.bfloat16(),
    },
    "layouts-and-memory": {
        "transpose": lambda x: x.permute(0, 2, 3, 1),
        "reshape": lambda x: x.reshape(1, 2, 3, 2),
    },
}
