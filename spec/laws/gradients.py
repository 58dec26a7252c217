"""Laws of the gradients that a framework finds by itself: they are operators that it has anyway."""

import numpy as np

from spec.laws.convolution import GEOMETRIES, IMAGE, kernel, remainder, some
from spec.laws.equivariance import LINEAR, SUBJECTS
from spec.laws.law import complete, inner, law, reading
from spec.registry import operators


def cotangent(draw, op, attrs, *shapes):
    """An array like the output of an operator on inputs of these shapes."""
    return draw("cotangent", operators()[op].out_shape(*shapes, **complete(op, attrs)))


@law("gradient for x of <conv2d(x, w), c> = conv_transpose2d(c, w)", "conv2d", "conv_transpose2d", **GEOMETRIES)
def image_gradient(ask, draw, **attrs):
    """The gradient of a convolution for its image is the transposed convolution of what comes back."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    c = cotangent(draw, "conv2d", attrs, x.shape, w.shape)
    back = {**attrs, "output_padding": remainder(attrs, IMAGE[2:], (3, 5))}
    return ask.gradients("conv2d", attrs, c, x=x, w=w)["x"], ask("conv_transpose2d", back, x=c, w=w)


@law(
    "gradient for w of <conv2d(x, w), c> = conv2d(x, c) with images as channels, stride and dilation swapped",
    "conv2d",
    **some("plain", "strided", "padded", "dilated"),
)
def kernel_gradient(ask, draw, **attrs):
    """The gradient of a convolution for its kernel is a convolution of the image with what comes back: each weight
    meets the pixels that it was multiplied with, a stride apart."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    c = cotangent(draw, "conv2d", attrs, x.shape, w.shape)
    other = complete("conv2d", attrs)
    turned = {**attrs, "stride": list(other["dilation"]), "dilation": list(other["stride"])}
    seen = ask("conv2d", turned, x=turn(x), w=turn(c))[..., : w.shape[2], : w.shape[3]]
    return ask.gradients("conv2d", attrs, c, x=x, w=w)["w"], seen.moved(turn)


def turn(array):
    """The first two axes swapped."""
    return np.ascontiguousarray(array.swapaxes(0, 1))


@law(
    "gradient for b of <f(x, w, b), c> = sum of c over images and pixels",
    "conv2d",
    "conv2d_layer",
    "conv_transpose2d",
    conv2d={"op": "conv2d"},
    layer={"op": "conv2d_layer"},
    transposed={"op": "conv_transpose2d"},
)
def bias_gradient(ask, draw, op):
    """The bias is added at every pixel of every image, so all of them sum up in its gradient."""
    x, w, b = draw("x", IMAGE), draw("w", (4, 6, 3, 5) if op == "conv_transpose2d" else (6, 4, 3, 5)), draw("b", (6,))
    c = cotangent(draw, op, {}, x.shape, w.shape, b.shape)
    return ask.gradients(op, {}, c, x=x, w=w, b=b)["b"], c.astype(np.float64).sum(axis=(0, 2, 3))


@law("<gradient for x of <f(x), c>, x> = <f(x), c>", "max_pool2d", *LINEAR[0], **SUBJECTS)
def gradient_is_adjoint(ask, draw, op, attrs, shapes):
    """The gradient of a linear operator multiplies by its transpose, whatever the operator. Max pooling hands what
    comes back to the maxima, so for it the law holds as well."""
    inputs = {name: draw(name, shape) for name, shape in shapes.items()}
    c = cotangent(draw, op, attrs, *shapes.values())
    back = ask.gradients(op, attrs, c, **inputs)["x"]
    return inner(back, inputs["x"]), inner(ask(op, attrs, **inputs), c)


@law("gradient of <avg_pool2d(x, k), c> = upsample2d(c, k) / (kh*kw)", "avg_pool2d", "upsample2d")
def average_gradient(ask, draw):
    """Every pixel of a window has the same share in its mean."""
    size = [2, 4]
    x = draw("x", (2, 4, 8, 8))
    c = cotangent(draw, "avg_pool2d", {"kernel_size": size}, x.shape)
    spread = ask("upsample2d", {"scale": size, "mode": "nearest"}, x=c)
    return ask.gradients("avg_pool2d", {"kernel_size": size}, c, x=x)["x"], spread * 0.125


@law("gradient of <upsample2d(x, s), c> = avg_pool2d(c, s) * (sh*sw)", "avg_pool2d", "upsample2d")
def upsampling_gradient(ask, draw):
    """A pixel that was copied to a block gets back what comes back to all of the block."""
    x, attrs = draw("x", IMAGE), {"scale": [2, 4], "mode": "nearest"}
    c = cotangent(draw, "upsample2d", attrs, x.shape)
    return ask.gradients("upsample2d", attrs, c, x=x)["x"], ask("avg_pool2d", {"kernel_size": [2, 4]}, x=c) * 8.0


@law("gradient of <pad2d(x, p), c> = c with p cut off", "pad2d")
def padding_gradient(ask, draw):
    """What comes back to the padding is lost: it is no pixel of the image."""
    x, attrs = draw("x", IMAGE), {"padding": [[2, 1], [0, 3]], "value": -1.5}
    c = cotangent(draw, "pad2d", attrs, x.shape)
    return ask.gradients("pad2d", attrs, c, x=x)["x"], reading(c[:, :, 2:-1, :-3])
