"""Mistakes in bringing arrays from the layout of a case to that of the framework, and back.

`convert(array, source, target)` does it for kernels, `convert_images(operator, name, array, source, target)` for
images, where `source` and `target` are layouts such as NHWC.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods

CONVOLUTIONS, OTHERS = "conv2d conv2d_layer conv_transpose2d", "pad2d max_pool2d avg_pool2d upsample2d"
kernels = Place("bridges", CONVOLUTIONS, "execute:convert")
images = Place("bridges", f"{CONVOLUTIONS} {OTHERS}", "execute:convert_images")


@kernels
def kernel_reshaped(convert, array, source, target):
    """The kernel gets the right shape by a reshape, which leaves the order in memory."""
    found = convert(array, source, target)
    return array.reshape(found.shape) if array.ndim == 4 else found


@kernels
def kernel_axes_reversed(convert, array, source, target):
    """The kernel is brought over by reversing its axes: height and width are swapped too."""
    found = convert(array, source, target)
    if source == target or array.ndim != 4:
        return found
    h, w = target.index("H"), target.index("W")
    return np.ascontiguousarray(found.swapaxes(h, w)).reshape(found.shape)


@kernels
def kernel_channels_mistaken(convert, array, source, target):
    """Input and output channels are mistaken for each other."""
    found = convert(array, source, target)
    if source == target or array.ndim != 4:
        return found
    return np.ascontiguousarray(found.swapaxes(target.index("I"), target.index("O"))).reshape(found.shape)


@kernels
def kernel_gradient_not_brought_back(convert, array, source, target):
    """The gradient of the kernel stays in the framework's layout."""
    return array if target not in ("OIHW", "IOHW") else convert(array, source, target)


@images
def image_reshaped(convert, operator, name, array, source, target):
    """The image gets the right shape by a reshape, which leaves the order in memory."""
    found = convert(operator, name, array, source, target)
    return array.reshape(found.shape) if name in operator.images and array.ndim == 4 else found


@images
def image_turned(convert, operator, name, array, source, target):
    """Channels are moved as they should be, but height and width are swapped on the way."""
    found = convert(operator, name, array, source, target)
    if source == target or name not in operator.images or array.ndim != 4:
        return found
    h, w = target.index("H"), target.index("W")
    return np.ascontiguousarray(found.swapaxes(h, w)).reshape(found.shape)


@images
def result_not_brought_back(convert, operator, name, array, source, target):
    """The result stays in the framework's layout."""
    return (
        array if name in operator.image_outputs and target != "NCHW" else convert(operator, name, array, source, target)
    )


@images.of(OTHERS)
def layout_ignored(convert, operator, name, array, source, target):
    """An image in NHWC is taken for one in NCHW, and so is the result."""
    return array


WITH_ATTRIBUTES = f"{CONVOLUTIONS} {OTHERS} learn_kernel lenet5"
COMPILED: dict = {}


@Place("bridges", WITH_ATTRIBUTES, *methods(WITH_ATTRIBUTES))
def compiled_for_the_shapes(original, self, *tensors, **attrs):
    """What was compiled for some shapes is used again for them, with the attributes of the first call."""
    key = original.__name__, tuple(tensor.shape for tensor in tensors)
    return original(self, *tensors, **COMPILED.setdefault(key, attrs))
