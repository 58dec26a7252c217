"""What PyTorch does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. An image (H, W) becomes x[None, None], with a batch and a channel axis.
"""

import inspect

import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.padding import MODES
from spec.questions.words import accepted, spelled


def layer(k, **options):
    """A convolutional layer of one channel without bias, with the kernel k."""
    made = nn.Conv2d(1, 1, k.shape, bias=False, **options)
    made.weight.data[0, 0] = k
    return made


def parameters(function):
    """The names of the arguments of a function that is not written in Python, from the first line of its help."""
    return function.__doc__.strip().split(")")[0].split("(")[1].replace("=", ", ").split(", ")


@probe("conv.flip", "torch.nn.functional")
def flip(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("conv.flip", "torch.nn")
def flip_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("conv.bias", "torch.nn.functional")
def bias(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("conv.implicit-groups", "torch.nn.functional")
def implicit_groups(x, w):
    return F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1)).flatten()


@probe("conv.groups", "torch.nn.functional")
def groups(x, w):
    return F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).flatten()


@probe("conv.stride-dilation", "torch.nn.functional")
def stride_dilation(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), dilation=(1, 2))[0, 0]


@probe("conv.stride-dilation", "torch.nn")
def stride_dilation_layer(x, k):
    return layer(k, stride=(1, 2), dilation=(1, 2))(x[None, None])[0, 0]


@probe("conv.too-large", "torch.nn.functional")
def too_large(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("padding.default", "torch.nn.functional")
def padding_default(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("padding.default", "torch.nn")
def padding_default_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.integer", "torch.nn.functional")
def padding_integer(x, k):
    return F.conv2d(x[None, None], k[None, None], padding=1)[0, 0]


@probe("padding.same", "torch.nn.functional")
def same(x, k):
    return F.conv2d(x[None, None], k[None, None], padding="same")[0, 0]


@probe("padding.same.stride", "torch.nn.functional")
def same_stride(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), padding="same")[0, 0]


@probe("padding.same.pool", "torch.nn.functional")
def same_pool(x):
    return F.max_pool2d(x[None, None], (1, 3), stride=(1, 2), padding="same")[0, 0]


@probe("padding.same.lower", "torch.nn.functional")
def same_lower(x, k):
    return F.conv2d(x[None, None], k[None, None], padding="same_lower")[0, 0]


@probe("padding.asymmetric", "torch.nn.functional")
def asymmetric(x, k):
    return F.conv2d(x[None, None], k[None, None], padding=((1, 0), (2, 0)))[0, 0]


@probe("padding.asymmetric.pool", "torch.nn.functional")
def asymmetric_pool(x):
    return F.max_pool2d(x[None, None], 2, stride=1, padding=((1, 0), (1, 0)))[0, 0]


@probe("padding.order", "torch.nn.functional")
def order(x):
    return F.pad(x, (1, 2, 3, 4))


@probe("padding.modes", "torch.nn.functional")
def modes(x):
    return accepted(MODES, lambda mode: F.pad(x[None, None], (1, 1, 1, 1), mode))


@probe("padding.reflect", "torch.nn.functional")
def reflect(x):
    return F.pad(x[None, None], (2, 2, 0, 0), "reflect")[0, 0]


@probe("padding.reflect.gradient", "torch.nn.functional")
def reflect_gradient(x):
    x.requires_grad_()
    F.pad(x[None, None], (2, 2, 0, 0), "reflect").sum().backward()
    return x.grad


@probe("padding.negative", "torch.nn.functional")
def negative(x):
    return F.pad(x, (-1, -1, -1, -1))


@probe("arguments.stride", "torch.nn.functional")
def stride():
    return spelled(CANDIDATES["stride"], parameters(F.conv2d))


@probe("arguments.dilation", "torch.nn.functional")
def dilation():
    return spelled(CANDIDATES["dilation"], parameters(F.conv2d))


@probe("arguments.groups", "torch.nn.functional")
def group_count():
    return spelled(CANDIDATES["groups"], parameters(F.conv2d))


@probe("arguments.kernel", "torch.nn.functional")
def weights():
    return spelled(CANDIDATES["kernel"], parameters(F.conv2d))


@probe("arguments.kernel", "torch.nn")
def kernel_size():
    return spelled(CANDIDATES["kernel"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.outputs", "torch.nn")
def outputs():
    return spelled(CANDIDATES["outputs"], inspect.signature(nn.Conv2d).parameters)
