"""Laws of the convolution: what its attributes mean, told by the convolution without them."""

import numpy as np

from spec.laws.law import combine, complete, concatenate, inner, law, reading
from spec.padding import explicit, extent

IMAGE = (2, 4, 8, 11)

# The geometries that many laws share; a framework that compiles for every geometry compiles them once.
GEOMETRIES: dict[str, dict] = {
    "plain": {},
    "strided": {"stride": [2, 3]},
    "padded": {"padding": [[1, 2], [0, 3]]},
    "dilated": {"dilation": [2, 1]},
    "grouped": {"groups": 2},
    "everything": {"stride": [2, 2], "padding": [[2, 1], [0, 3]], "dilation": [1, 2], "groups": 2},
}


def some(*names):
    """Some of the shared geometries."""
    return {name: GEOMETRIES[name] for name in names}


def kernel(draw, attrs, name="w"):
    """A kernel (6, 4/groups, 3, 5)."""
    return draw(name, (6, 4 // attrs.get("groups", 1), 3, 5))


def remainder(attrs, size, taps):
    """The pixels [h, w] at the end that no window of a convolution reaches: the output_padding of its adjoint."""
    attrs = complete("conv2d", attrs)
    pads = explicit(attrs["padding"], size, taps, attrs["stride"], attrs["dilation"])
    axes = zip(size, taps, attrs["stride"], attrs["dilation"], pads)
    return [(pixels + sum(ends) - extent(count, rate)) % step for pixels, count, step, rate, ends in axes]


def stuffed(array, steps):
    """The array with step - 1 zeros between neighbours along its last two axes."""
    size = [(n - 1) * step + 1 for n, step in zip(array.shape[-2:], steps)]
    wide = np.zeros((*array.shape[:-2], *size), array.dtype)
    wide[..., :: steps[0], :: steps[1]] = array
    return wide


def without(attrs, *names):
    """The attributes without some."""
    return {name: value for name, value in attrs.items() if name not in names}


@law(
    "<conv2d(x, w), y> = <x, conv_transpose2d(y, w)>",
    "conv2d",
    "conv_transpose2d",
    **GEOMETRIES,
    same={"stride": [2, 1], "padding": "same"},
)
def adjoint(ask, draw, **attrs):
    """The transposed convolution multiplies by the transpose of the matrix that the convolution multiplies by:
    so it brings an error at the output back to the pixels that caused it."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    seen = ask("conv2d", attrs, x=x, w=w)
    y = draw("y", seen.shape)
    back = ask("conv_transpose2d", {**attrs, "output_padding": remainder(attrs, IMAGE[2:], (3, 5))}, x=y, w=w)
    return inner(seen, y), inner(back, x)


@law("conv2d(x, w)[n, o, i, j] = sum over c of w[o, c] * x[n, c, i, j]  for a kernel of 1x1", "conv2d")
def pointwise(ask, draw):
    """A 1x1 convolution is a matrix product over the channels, the same at every pixel."""
    x, w = draw("x", IMAGE), draw("w", (6, 4, 1, 1))
    return ask("conv2d", {}, x=x, w=w), combine("oc,nchw->nohw", w[..., 0, 0], x)


@law("flatten(conv2d(x, w)) = M(w) flatten(x)", "conv2d", "flatten", **GEOMETRIES)
def unrolled_kernel(ask, draw, **attrs):
    """A convolution is a linear map: its matrix M(w) holds the kernel's weights again and again, a row for each
    output, each row shifted by the stride, and zeros elsewhere."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    flat = ask("flatten", {}, x=x)
    return ask("conv2d", attrs, x=x, w=w).moved(lambda y: y.reshape(len(y), -1)), combine(
        "yx,nx->ny", unrolled(w, IMAGE[1:], complete("conv2d", attrs)), flat
    )


def unrolled(w, image, attrs):
    """The matrix (O*OH*OW, C*H*W) of a convolution of an image (C, H, W), its zeros included."""
    (sh, sw), (dh, dw), (height, width) = attrs["stride"], attrs["dilation"], image[1:]
    ((top, bottom), (left, right)) = explicit(attrs["padding"], image[1:], w.shape[2:], (sh, sw), (dh, dw))
    rows = (height + top + bottom - extent(w.shape[2], dh)) // sh + 1
    columns = (width + left + right - extent(w.shape[3], dw)) // sw + 1
    outputs, channels = len(w) // attrs["groups"], w.shape[1]
    matrix = np.zeros((len(w), rows, columns, image[0], height, width))
    for i, j, a, e in np.ndindex(rows, columns, *w.shape[2:]):
        p, q = i * sh + a * dh - top, j * sw + e * dw - left
        if 0 <= p < height and 0 <= q < width:
            for g in range(attrs["groups"]):
                of, to = slice(g * outputs, (g + 1) * outputs), slice(g * channels, (g + 1) * channels)
                matrix[of, i, j, to, p, q] = w[of, :, a, e]
    return matrix.reshape(len(w) * rows * columns, -1)


@law(
    "f(x, w, groups g) = concatenation of f(x_1, w_1), ..., f(x_g, w_g) over the channels",
    "conv2d",
    "conv2d_layer",
    "conv_transpose2d",
    conv2d={"op": "conv2d"},
    strided={"op": "conv2d", "stride": [2, 3]},
    layer={"op": "conv2d_layer"},
    transposed={"op": "conv_transpose2d", "stride": [2, 3]},
)
def groups(ask, draw, *, op, **attrs):
    """Groups are convolutions side by side: each group of output channels sees its own input channels only."""
    x, w = draw("x", IMAGE), draw("w", (4, 3, 3, 5) if op == "conv_transpose2d" else (6, 2, 3, 5))
    pairs = zip(np.split(x, 2, axis=1), np.split(w, 2))
    each = [ask(op, attrs, x=part, w=weights) for part, weights in pairs]
    return ask(op, {**attrs, "groups": 2}, x=x, w=w), concatenate(each, 1)


@law(
    "f(x, w, b) = f(x, w) + b",
    "conv2d",
    "conv2d_layer",
    "conv_transpose2d",
    conv2d={"op": "conv2d"},
    everything={"op": "conv2d", **GEOMETRIES["everything"]},
    layer={"op": "conv2d_layer"},
    transposed={"op": "conv_transpose2d", "stride": [2, 3]},
)
def bias(ask, draw, *, op, **attrs):
    """The bias is one number for each output channel, added at every pixel, once."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    w = draw("w", (4, 6, 3, 5)) if op == "conv_transpose2d" else w
    b = draw("b", (6,))
    plain = ask(op, attrs, x=x, w=w)
    return ask(op, attrs, x=x, w=w, b=b), plain + np.broadcast_to(b[:, None, None], plain.shape)


@law("conv2d_layer(x, w, b) = conv2d(x, w, b)", "conv2d", "conv2d_layer", **some("plain", "strided", "everything"))
def layer(ask, draw, **attrs):
    """The layer class with the weights loaded into it computes what the function computes."""
    inputs = {"x": draw("x", IMAGE), "w": kernel(draw, attrs), "b": draw("b", (6,))}
    return ask("conv2d_layer", attrs, **inputs), ask("conv2d", attrs, **inputs)


@law(
    "conv2d_layer(x, w, padding_mode) = conv2d(pad2d(x, padding, padding_mode), w)",
    "conv2d_layer",
    "pad2d",
    "conv2d",
    reflect={"mode": "reflect"},
    replicate={"mode": "replicate"},
    circular={"mode": "circular"},
)
def pads_of_pixels(ask, draw, *, mode):
    """A layer whose pads are pixels of the image is a padding and then a convolution without pads."""
    x, w, pads = draw("x", IMAGE), draw("w", (6, 4, 3, 5)), [[2, 1], [0, 3]]
    padded = ask("pad2d", {"padding": pads, "mode": mode}, x=x)
    return ask("conv2d_layer", {"padding": pads, "padding_mode": mode}, x=x, w=w), ask("conv2d", {}, x=padded, w=w)


@law(
    "conv2d(x, w, dilation d) = conv2d(x, w with d - 1 zeros between its taps)",
    "conv2d",
    **some("dilated", "everything"),
)
def dilation(ask, draw, **attrs):
    """Dilation spreads the kernel's taps; the zeros between them cost nothing."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    spread = ask("conv2d", without(attrs, "dilation"), x=x, w=stuffed(w, attrs["dilation"]))
    return ask("conv2d", attrs, x=x, w=w), spread


@law("conv2d(x, w, padding p) = conv2d(pad2d(x, p), w)", "conv2d", "pad2d", **some("padded", "everything"))
def padding_first(ask, draw, **attrs):
    """Padding a convolution is the same as padding the image with zeros and convolving only where the kernel fits."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    padded = ask("pad2d", {"padding": attrs["padding"]}, x=x)
    return ask("conv2d", attrs, x=x, w=w), ask("conv2d", without(attrs, "padding"), x=padded, w=w)


@law("conv2d(x[:, p], w[q][:, p]) = conv2d(x, w)[:, q]", "conv2d", **some("plain"))
def channel_order(ask, draw, **attrs):
    """The order of the channels carries no meaning: reorder those of image and kernel alike, and nothing changes."""
    x, w = draw("x", IMAGE), kernel(draw, attrs)
    p, q = [1, 2, 0, 3], [4, 1, 5, 0, 3, 2]
    return ask("conv2d", attrs, x=x[:, p], w=w[q][:, p]), ask("conv2d", attrs, x=x, w=w)[:, q]


@law("conv2d(x, 1 at tap (a, e) of channel c, else 0)[n, o, i, j] = x[n, c, i + a, j + e]", "conv2d", **some("plain"))
def impulse(ask, draw, **attrs):
    """A kernel of a single 1 cuts out a shifted image: tap (0, 0) meets the pixel at the top left of the window,
    so nothing is flipped."""
    x = draw("x", IMAGE)
    taps = [(0, 0, 0), (1, 2, 4), (2, 0, 4), (3, 2, 0), (0, 1, 3), (3, 1, 2)]
    w = np.zeros((6, 4, 3, 5), x.dtype)
    for o, tap in enumerate(taps):
        w[(o, *tap)] = 1
    cut = np.stack([x[:, c, a : a + 6, e : e + 7] for c, a, e in taps], axis=1)
    return ask("conv2d", attrs, x=x, w=w), reading(cut)
