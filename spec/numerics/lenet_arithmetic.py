"""The arithmetic of LeNet-5, forwards and backwards, with the derivatives written out (see `spec.ops.lenet5`).

All arrays have one axis more, in front, with an entry for each run: one run that is exact, or several that round
in different ways. Every result of arithmetic, every ReLU and every maximum passes an object of
`spec.numerics.stochastic`. So the same lines compute the network and draw its errors.
"""

import numpy as np

from spec.layouts import behind_flatten
from spec.numerics.stochastic import EXACT

LIBRARY = 8  # units roundoff (4 ULP) by which exp and log may be off: OpenCL 3.0 allows 3 ULP, Intel's SVML 4

LAYERS = {"c1": (6, 1, 5, 5), "c3": (16, 6, 5, 5), "c5": (120, 16, 5, 5), "f6": (84, 120), "out": (10, 84)}
SHAPES = {f"{name}_{kind}": shape if kind == "w" else shape[:1] for name, shape in LAYERS.items() for kind in "wb"}


def layouts(image, kernel, dense):
    """The layout of the images and of each weight where c5 is written as a dense layer behind a flatten.

    It is one on what c3 leaves, 16 channels of 5x5 pixels: c5 sums the same products whether as a convolution or
    as a dense layer, and the kernel `OIHW` holds the numbers of the dense weights `O(IHW)` in the same order.
    """
    found = {"images": image}
    for name, shape in LAYERS.items():
        found[f"{name}_w"] = kernel if len(shape) == 4 else dense
    return found | {"c5_w": behind_flatten(dense, image)}


def train(images, labels, weights, lr, steps, arithmetic=EXACT):
    """(logits, losses, *weights) after `steps` steps of gradient descent, each with an axis of runs in front.

    `images` and `weights`, in the order of SHAPES, are without that axis.
    """
    images, net = images[None], {name: weight[None] for name, weight in zip(SHAPES, weights)}
    losses = np.zeros((1, 0), images.dtype)
    for _ in range(steps):
        arithmetic.step()
        rate = arithmetic.rounded(np.full(1, lr, images.dtype), lambda: abs(lr))
        loss, slopes = descend(images, labels, net, arithmetic)
        losses = np.concatenate([np.broadcast_to(losses, (len(loss), losses.shape[1])), loss[:, None]], axis=1)
        changes = {name: slope * rate.reshape(-1, *(1,) * (slope.ndim - 1)) for name, slope in slopes.items()}
        net = {name: difference(weight, changes[name], arithmetic) for name, weight in net.items()}
    arithmetic.step()
    return forward(images, net, arithmetic)[-1], losses, *net.values()


def forward(images, net, arithmetic=EXACT):
    """What each layer computes, before its ReLU: c1, c3, c5, f6 and the logits."""
    c1 = layer(convolve, frame(images), net, "c1", arithmetic)
    c3 = layer(convolve, pool(relu(c1)), net, "c3", arithmetic)
    c5 = layer(convolve, pool(relu(c3)), net, "c5", arithmetic)
    f6 = layer(dense, flat(relu(c5)), net, "f6", arithmetic)
    return c1, c3, c5, f6, layer(dense, relu(f6), net, "out", arithmetic)


def descend(images, labels, net, arithmetic=EXACT):
    """The loss and its derivative for each weight: layer by layer, backwards."""
    c1, c3, c5, f6, logits = forward(images, net, arithmetic)
    loss, slope = cross_entropy(logits, labels, arithmetic)
    out_w, out_b = product(outer, relu(f6), slope, arithmetic), total(slope, arithmetic)
    slope = product(matmul, slope, net["out_w"], arithmetic) * arithmetic.opened(f6)
    f6_w, f6_b = product(outer, flat(relu(c5)), slope, arithmetic), total(slope, arithmetic)
    slope = product(matmul, slope, net["f6_w"], arithmetic)[..., None, None] * arithmetic.opened(c5)
    c5_w, c5_b = product(meet, pool(relu(c3)), slope, arithmetic), total(slope, arithmetic)
    slope = unpool(product(spread, slope, net["c5_w"], arithmetic), c3, arithmetic) * arithmetic.opened(c3)
    c3_w, c3_b = product(meet, pool(relu(c1)), slope, arithmetic), total(slope, arithmetic)
    slope = unpool(product(spread, slope, net["c3_w"], arithmetic), c1, arithmetic) * arithmetic.opened(c1)
    c1_w, c1_b = product(meet, frame(images), slope, arithmetic), total(slope, arithmetic)
    return loss, dict(zip(SHAPES, (c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b)))


def cross_entropy(logits, labels, arithmetic=EXACT):
    """The mean over the images of log(sum of exp(logits)) - logits[label], and its derivative for the logits."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    excess = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    logarithms = shifted - excess
    hits, count = np.eye(10, dtype=logits.dtype)[labels], len(labels)

    def size():
        """The error of a logarithm: of the shift, of exp and log, and of a sum of ten."""
        return (abs(logits) + abs(shifted) + (LIBRARY + 3) * (1 + excess))[:1]

    loss = arithmetic.rounded(
        -(hits * logarithms).sum(axis=(1, 2)) / count,
        lambda: (hits * size()).sum(axis=(1, 2)) * (1 + count**0.5) / count,
    )
    chances = np.exp(logarithms)
    return loss, arithmetic.rounded(
        (chances - hits) / count, lambda: (chances[:1] * (size() + LIBRARY) + hits) * 2 / count
    )


def product(form, a, b, arithmetic, bias=None):
    """form(a, b), which sums products of entries of a and b, and the bias that is added."""
    value = form(a, b)

    def size():
        scale, count = form(abs(a[:1]), abs(b[:1])), form(_there(a[:1]), _there(b[:1]))
        if bias is not None:
            scale, count = scale + abs(bias[:1]), count + 1
        return scale * np.sqrt(count / 3)

    return arithmetic.rounded(value if bias is None else value + bias, size)


def total(slope, arithmetic):
    """The derivative for a bias (O,), which is added at every place of its channel."""
    axes = tuple(axis for axis in range(1, slope.ndim) if axis != 2)

    def size():
        return abs(slope[:1]).sum(axis=axes) * np.sqrt(_there(slope[:1]).sum(axis=axes) / 3)

    return arithmetic.rounded(slope.sum(axis=axes), size)


def difference(weight, change, arithmetic):
    """A weight after its update: the product with the rate is rounded, and so is the difference."""
    return arithmetic.rounded(weight - change, lambda: (abs(weight[:1]) + abs(change[:1])) * (2 / 3) ** 0.5)


def layer(form, x, net, name, arithmetic):
    """A convolution or a dense layer, with its bias."""
    bias = net[f"{name}_b"]
    return product(
        form, x, net[f"{name}_w"], arithmetic, bias[:, None] if x.ndim == 3 else bias[:, None, :, None, None]
    )


def _there(array):
    """1 where the array is not zero."""
    return (array != 0).astype(array.dtype)


# Sums of products: matrix products for each run. Letters: R runs, N images, C channels in, O out.


def matmul(a, b):
    """a @ b in their dtype; NumPy computes bfloat16 in float32."""
    return np.matmul(a, b).astype(np.result_type(a, b), copy=False)


def dense(x, w):
    """x (R, N, in), w (R, out, in) -> (R, N, out)."""
    return matmul(x, w.swapaxes(1, 2))


def outer(x, slope):
    """The derivative of a dense layer for its weights: x (R, N, in), slope (R, N, out) -> (R, out, in)."""
    return matmul(slope.swapaxes(1, 2), x)


def convolve(x, w):
    """A convolution without padding: x (R, N, C, H, W), w (R, O, C, 5, 5) -> (R, N, O, H-4, W-4)."""
    shape = x.shape[1], x.shape[3] - 4, x.shape[4] - 4
    found = matmul(windows(x), w.reshape(*w.shape[:2], -1).swapaxes(1, 2))
    return np.moveaxis(found.reshape(len(found), *shape, w.shape[1]), -1, 2)


def meet(x, slope):
    """The derivative of a convolution for its kernel: each weight meets the pixels that it was multiplied with."""
    slopes = np.moveaxis(slope, 2, 1).reshape(len(slope), slope.shape[2], -1)
    return matmul(slopes, windows(x)).reshape(-1, slope.shape[2], x.shape[2], 5, 5)


def spread(slope, w):
    """The derivative of a convolution for its input: each output spreads over the pixels that it came from."""
    _, n, _, h, wide = slope.shape
    slopes = np.moveaxis(slope, 2, 1).reshape(len(slope), slope.shape[2], -1)
    shares = matmul(w.reshape(*w.shape[:2], -1).swapaxes(1, 2), slopes)
    shares = shares.reshape(-1, w.shape[2], 5, 5, n, h, wide)
    found = np.zeros((len(shares), n, w.shape[2], h + 4, wide + 4), shares.dtype)
    for a in range(5):
        for b in range(5):
            found[..., a : a + h, b : b + wide] += shares[:, :, a, b].swapaxes(1, 2)
    return found


def windows(x):
    """All windows of 5x5 pixels, a row each: (R, N, C, H, W) -> (R, N * (H-4) * (W-4), C * 25)."""
    found = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(3, 4))  # (R, N, C, H-4, W-4, 5, 5)
    return found.transpose(0, 1, 3, 4, 2, 5, 6).reshape(len(x), -1, x.shape[2] * 25)


def frame(x):
    """The images with two zeros on each side."""
    return np.pad(x, ((0, 0),) * 3 + ((2, 2),) * 2)


def blocks(x):
    """The four pixels of each block of 2x2: (R, N, C, H, W) -> (4, R, N, C, H/2, W/2)."""
    return np.stack([x[..., a::2, b::2] for a in (0, 1) for b in (0, 1)])


def pool(x):
    """Max pooling of 2x2 pixels."""
    return blocks(x).max(axis=0)


def unpool(slope, x, arithmetic):
    """The derivative of `pool(x)` for x: it goes to the first maximum of each block."""
    first = arithmetic.leader(blocks(x))
    found = np.zeros((len(slope), *x.shape[1:]), slope.dtype)
    for place in range(4):
        found[..., place // 2 :: 2, place % 2 :: 2] = np.where(first == place, slope, 0)
    return found


def relu(x):
    """The positive part."""
    return np.maximum(x, 0)


def flat(x):
    """(R, N, C, 1, 1) -> (R, N, C)."""
    return x[..., 0, 0]
