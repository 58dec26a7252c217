"""What PyTorch does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. An image (H, W) becomes x[None, None], with a batch and a channel axis.
"""

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


@probe("conv.flip", "torch.nn.functional")
def flip(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("conv.flip", "torch.nn")
def flip_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("conv.bias", "torch.nn.functional")
def bias(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("conv.implicit-groups", "torch.nn")
def implicit_groups_layer(x, w):
    conv = nn.Conv2d(1, 2, 1, bias=False)
    conv.weight.data = w.view(2, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("conv.implicit-groups", "torch.nn.functional")
def implicit_groups(x, w):
    return F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1)).flatten()


@probe("conv.groups", "torch.nn.functional")
def groups(x, w):
    return F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).flatten()


@probe("conv.groups", "torch.nn")
def groups_layer(x, w):
    conv = nn.Conv2d(2, 2, 1, groups=2, bias=False)
    conv.weight.data = w.view(2, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("conv.groups.gradient", "torch.nn.functional")
def groups_gradient(x, w):
    w.requires_grad_()
    F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).sum().backward()
    return w.grad


@probe("conv.stride-dilation", "torch.nn.functional")
def stride_dilation(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), dilation=(1, 2))[0, 0]


@probe("conv.stride-dilation", "torch.nn")
def stride_dilation_layer(x, k):
    return layer(k, stride=(1, 2), dilation=(1, 2))(x[None, None])[0, 0]


@probe("conv.too-large", "torch.nn.functional")
def too_large(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("conv.too-large", "torch.nn")
def too_large_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.default", "torch.nn.functional")
def padding_default(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


@probe("padding.default", "torch.nn")
def padding_default_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.default.pool", "torch.nn.functional")
def padding_default_pool(x):
    return F.max_pool2d(x[None, None], 3, stride=1)[0, 0]


@probe("padding.default.pool", "torch.nn")
def padding_default_pool_layer(x):
    return nn.MaxPool2d(3, stride=1)(x[None, None])[0, 0]


@probe("padding.integer", "torch.nn.functional")
def padding_integer(x, k):
    return F.conv2d(x[None, None], k[None, None], padding=1)[0, 0]


@probe("padding.integer", "torch.nn")
def padding_integer_layer(x, k):
    return layer(k, padding=1)(x[None, None])[0, 0]


@probe("padding.same", "torch.nn.functional")
def same(x, k):
    return F.conv2d(x[None, None], k[None, None], padding="same")[0, 0]


@probe("padding.same", "torch.nn")
def same_layer(x, k):
    return layer(k, padding="same")(x[None, None])[0, 0]


@probe("padding.same.stride", "torch.nn.functional")
def same_stride(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), padding="same")[0, 0]


@probe("padding.same.stride", "torch.nn")
def same_stride_layer(x, k):
    return layer(k, stride=(1, 2), padding="same")(x[None, None])[0, 0]


@probe("padding.same.stride", "torch.nn.functional, padding=1")
def same_stride_by_number(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), padding=(0, 1))[0, 0]


@probe("padding.same.pool", "torch.nn.functional")
def same_pool(x):
    return F.max_pool2d(x[None, None], (1, 2), stride=1, padding="same")[0, 0]


@probe("padding.same.pool", "torch.nn")
def same_pool_layer(x):
    return nn.MaxPool2d((1, 2), stride=1, padding="same")(x[None, None])[0, 0]


@probe("padding.same.pool.stride", "torch.nn.functional")
def same_pool_stride(x):
    return F.max_pool2d(x[None, None], (1, 3), stride=(1, 2), padding="same")[0, 0]


@probe("padding.same.pool.stride", "torch.nn")
def same_pool_stride_layer(x):
    return nn.MaxPool2d((1, 3), stride=(1, 2), padding="same")(x[None, None])[0, 0]


@probe("padding.same.pool.stride", "torch.nn.functional, padding=1")
def same_pool_stride_by_number(x):
    return F.max_pool2d(x[None, None], (1, 3), stride=(1, 2), padding=(0, 1))[0, 0]


@probe("padding.same.lower", "torch.nn.functional")
def same_lower(x, k):
    return F.conv2d(x[None, None], k[None, None], padding="same_lower")[0, 0]


@probe("padding.same.lower", "torch.nn")
def same_lower_layer(x, k):
    return layer(k, padding="same_lower")(x[None, None])[0, 0]


@probe("padding.asymmetric", "torch.nn.functional")
def asymmetric(x, k):
    return F.conv2d(x[None, None], k[None, None], padding=((1, 0), (2, 0)))[0, 0]


@probe("padding.asymmetric", "torch.nn")
def asymmetric_layer(x, k):
    return layer(k, padding=((1, 0), (2, 0)))(x[None, None])[0, 0]


@probe("padding.asymmetric.pool", "torch.nn.functional")
def asymmetric_pool(x):
    return F.max_pool2d(x[None, None], 2, stride=1, padding=((1, 0), (1, 0)))[0, 0]


@probe("padding.asymmetric.pool", "torch.nn")
def asymmetric_pool_layer(x):
    return nn.MaxPool2d(2, stride=1, padding=((1, 0), (1, 0)))(x[None, None])[0, 0]


@probe("padding.order", "torch.nn.functional")
def order(x):
    return F.pad(x, (1, 2, 3, 4))


@probe("padding.order", "torch.nn")
def order_layer(x):
    return nn.ZeroPad2d((1, 2, 3, 4))(x[None])[0]


@probe("padding.modes", "torch.nn.functional")
def modes(x):
    return accepted(MODES, lambda mode: F.pad(x[None, None], (1, 1, 1, 1), mode))


@probe("padding.reflect", "torch.nn.functional")
def reflect(x):
    return F.pad(x[None, None], (2, 2, 0, 0), "reflect")[0, 0]


@probe("padding.reflect", "torch.nn")
def reflect_layer(x):
    return nn.ReflectionPad2d((2, 2, 0, 0))(x[None])[0]


@probe("padding.reflect.gradient", "torch.nn.functional")
def reflect_gradient(x):
    x.requires_grad_()
    F.pad(x[None, None], (2, 2, 0, 0), "reflect").sum().backward()
    return x.grad


@probe("padding.negative", "torch.nn.functional")
def negative(x):
    return F.pad(x, (-1, -1, -1, -1))


@probe("padding.negative", "torch.nn")
def negative_layer(x):
    return nn.ZeroPad2d(-1)(x[None])[0]
