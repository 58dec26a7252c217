"""Padding in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted


def layer(k, **options):
    """A convolutional layer of one channel without bias, with the kernel k."""
    made = nn.Conv2d(1, 1, k.shape, bias=False, **options)
    made.weight.data[0, 0] = k
    return made


PROBES = {
    "torch.nn.functional": {
        "padding.default": lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0],
        "padding.default.pool": lambda x: F.max_pool2d(x[None, None], 3, stride=1)[0, 0],
        "padding.integer": lambda x, k: F.conv2d(x[None, None], k[None, None], padding=1)[0, 0],
        "padding.same": lambda x, k: F.conv2d(x[None, None], k[None, None], padding="same")[0, 0],
        "padding.same.stride": lambda x, k: F.conv2d(x[None, None], k[None, None], stride=(1, 2), padding="same")[0, 0],
        "padding.same.pool": lambda x: F.max_pool2d(x[None, None], (1, 2), stride=1, padding="same")[0, 0],
        "padding.same.pool.stride": lambda x: F.max_pool2d(x[None, None], (1, 3), stride=(1, 2), padding="same")[0, 0],
        "padding.same.lower": lambda x, k: F.conv2d(x[None, None], k[None, None], padding="same_lower")[0, 0],
        "padding.asymmetric": lambda x, k: F.conv2d(x[None, None], k[None, None], padding=((1, 0), (2, 0)))[0, 0],
        "padding.asymmetric.pool": lambda x: F.max_pool2d(x[None, None], 2, stride=1, padding=((1, 0), (1, 0)))[0, 0],
        "padding.order": lambda x: F.pad(x, (1, 2, 3, 4)),
        "padding.modes": lambda x: accepted(MODES, lambda mode: F.pad(x[None, None], (1, 1, 1, 1), mode)),
        "padding.reflect": lambda x: F.pad(x[None, None], (2, 2, 0, 0), "reflect")[0, 0],
        "padding.negative": lambda x: F.pad(x, (-1, -1, -1, -1)),
    },
    "torch.nn": {
        "padding.default": lambda x, k: layer(k)(x[None, None])[0, 0],
        "padding.default.pool": lambda x: nn.MaxPool2d(3, stride=1)(x[None, None])[0, 0],
        "padding.integer": lambda x, k: layer(k, padding=1)(x[None, None])[0, 0],
        "padding.same": lambda x, k: layer(k, padding="same")(x[None, None])[0, 0],
        "padding.same.stride": lambda x, k: layer(k, stride=(1, 2), padding="same")(x[None, None])[0, 0],
        "padding.same.pool": lambda x: nn.MaxPool2d((1, 2), stride=1, padding="same")(x[None, None])[0, 0],
        "padding.same.pool.stride": lambda x: nn.MaxPool2d((1, 3), stride=(1, 2), padding="same")(x[None, None])[0, 0],
        "padding.same.lower": lambda x, k: layer(k, padding="same_lower")(x[None, None])[0, 0],
        "padding.asymmetric": lambda x, k: layer(k, padding=((1, 0), (2, 0)))(x[None, None])[0, 0],
        "padding.asymmetric.pool": lambda x: nn.MaxPool2d(2, stride=1, padding=((1, 0), (1, 0)))(x[None, None])[0, 0],
        "padding.order": lambda x: nn.ZeroPad2d((1, 2, 3, 4))(x[None])[0],
        "padding.reflect": lambda x: nn.ReflectionPad2d((2, 2, 0, 0))(x[None])[0],
        "padding.negative": lambda x: nn.ZeroPad2d(-1)(x[None])[0],
    },
    "torch.nn.functional, padding=1": {
        "padding.same.stride": lambda x, k: F.conv2d(x[None, None], k[None, None], stride=(1, 2), padding=(0, 1))[0, 0],
        "padding.same.pool.stride": lambda x: F.max_pool2d(x[None, None], (1, 3), stride=(1, 2), padding=(0, 1))[0, 0],
    },
}


@probe("padding.reflect.gradient", "torch.nn.functional")
def reflect_gradient(x):
    x.requires_grad_()
    F.pad(x[None, None], (2, 2, 0, 0), "reflect").sum().backward()
    return x.grad
