"""The arithmetic of LeNet-5, forwards and backwards, with the derivatives written out (see `spec.ops.lenet5`).

Every result of arithmetic passes a function `rounded(value, size)`, which `exact` leaves as it is; `size()` is
what the value's rounding error is in proportion to: the sum of the absolute values of its summands. So the same
lines compute the network and tell how errors travel through it.
"""

import numpy as np

from spec.layouts import behind_flatten

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


def exact(value, size):
    """Arithmetic without rounding."""
    return value


def train(images, labels, weights, lr, steps, rounded=exact):
    """(logits, losses, *weights) after `steps` steps of gradient descent; `weights` in the order of SHAPES."""
    net = dict(zip(SHAPES, weights))
    losses = []
    for _ in range(steps):
        loss, slopes = descend(images, labels, net, rounded)
        losses.append(loss)
        net = {name: difference(weight, lr * slopes[name], rounded) for name, weight in net.items()}
    logits = forward(images, net, rounded)[-1]
    return logits, np.array(losses, logits.dtype).reshape(steps), *net.values()


def forward(images, net, rounded=exact):
    """What each layer computes, before its ReLU: c1, c3, c5, f6 and the logits."""
    c1 = layer(convolve, frame(images), net, "c1", rounded)
    c3 = layer(convolve, pool(relu(c1)), net, "c3", rounded)
    c5 = layer(convolve, pool(relu(c3)), net, "c5", rounded)
    f6 = layer(dense, flat(relu(c5)), net, "f6", rounded)
    return c1, c3, c5, f6, layer(dense, relu(f6), net, "out", rounded)


def descend(images, labels, net, rounded=exact):
    """The loss and its derivative for each weight: layer by layer, backwards."""
    c1, c3, c5, f6, logits = forward(images, net, rounded)
    loss, slope = cross_entropy(logits, labels, rounded)
    out_w, out_b = product(outer, relu(f6), slope, rounded), total(slope, rounded)
    slope = product(np.matmul, slope, net["out_w"], rounded) * (f6 > 0)
    f6_w, f6_b = product(outer, flat(relu(c5)), slope, rounded), total(slope, rounded)
    slope = product(np.matmul, slope, net["f6_w"], rounded)[:, :, None, None] * (c5 > 0)
    c5_w, c5_b = product(meet, pool(relu(c3)), slope, rounded), total(slope, rounded)
    slope = unpool(product(spread, slope, net["c5_w"], rounded), relu(c3)) * (c3 > 0)
    c3_w, c3_b = product(meet, pool(relu(c1)), slope, rounded), total(slope, rounded)
    slope = unpool(product(spread, slope, net["c3_w"], rounded), relu(c1)) * (c1 > 0)
    c1_w, c1_b = product(meet, frame(images), slope, rounded), total(slope, rounded)
    return loss, dict(zip(SHAPES, (c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b)))


def cross_entropy(logits, labels, rounded=exact):
    """The mean over the images of log(sum of exp(logits)) - logits[label], and its derivative for the logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    excess = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    logarithms = shifted - excess
    hits = np.eye(10, dtype=logits.dtype)[labels]
    size = abs(logits) + abs(shifted) + excess + 1  # all that is rounded on the way to a logarithm
    loss = rounded(-(hits * logarithms).sum() / len(labels), lambda: (hits * size).sum() / len(labels))
    chances = np.exp(logarithms)
    return loss, rounded((chances - hits) / len(labels), lambda: (chances * size + hits) / len(labels))


def product(form, a, b, rounded):
    """form(a, b), which sums products of entries of a and b."""
    return rounded(form(a, b), lambda: form(abs(a), abs(b)))


def total(slope, rounded):
    """The derivative for a bias (O,), which is added at every place of its channel."""
    axes = tuple(axis for axis in range(slope.ndim) if axis != 1)
    return rounded(slope.sum(axis=axes), lambda: abs(slope).sum(axis=axes))


def difference(weight, change, rounded):
    """A weight after its update."""
    return rounded(weight - change, lambda: abs(weight) + abs(change))


def layer(form, x, net, name, rounded):
    """A convolution or a dense layer, with its bias."""
    bias = net[f"{name}_b"]
    return product(form, x, net[f"{name}_w"], rounded) + (bias if x.ndim == 2 else bias[:, None, None])


def dense(x, w):
    """x (N, in), w (out, in) -> (N, out)."""
    return x @ w.T


def outer(x, slope):
    """The derivative of a dense layer for its weights: x (N, in), slope (N, out) -> (out, in)."""
    return slope.T @ x


def convolve(x, w):
    """A convolution without padding: x (N, C, H, W), w (O, C, 5, 5) -> (N, O, H-4, W-4)."""
    return np.moveaxis(np.tensordot(windows(x), w, ((1, 4, 5), (1, 2, 3))), -1, 1)


def meet(x, slope):
    """The derivative of a convolution for its kernel: each weight meets the pixels that it was multiplied with."""
    return np.tensordot(slope, windows(x), ((0, 2, 3), (0, 2, 3)))


def spread(slope, w):
    """The derivative of a convolution for its input: each output spreads over the pixels that it came from."""
    n, _, h, wide = slope.shape
    shares = np.tensordot(w, slope, (0, 1))  # (C, 5, 5, N, H, W)
    found = np.zeros((n, w.shape[1], h + 4, wide + 4), shares.dtype)
    for a in range(5):
        for b in range(5):
            found[:, :, a : a + h, b : b + wide] += shares[:, a, b].swapaxes(0, 1)
    return found


def windows(x):
    """All windows of 5x5 pixels: (N, C, H, W) -> (N, C, H-4, W-4, 5, 5)."""
    return np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))


def frame(x):
    """The images with two zeros on each side."""
    return np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))


def blocks(x):
    """The four pixels of each block of 2x2: (N, C, H, W) -> (4, N, C, H/2, W/2)."""
    return np.stack([x[..., a::2, b::2] for a in (0, 1) for b in (0, 1)])


def pool(x):
    """Max pooling of 2x2 pixels."""
    return blocks(x).max(axis=0)


def unpool(slope, x):
    """The derivative of `pool(x)` for x: it goes to the first maximum of each block."""
    first = blocks(x).argmax(axis=0)
    found = np.zeros(x.shape, slope.dtype)
    for place in range(4):
        found[..., place // 2 :: 2, place % 2 :: 2] = np.where(first == place, slope, 0)
    return found


def relu(x):
    """The positive part."""
    return np.maximum(x, 0)


def flat(x):
    """(N, C, 1, 1) -> (N, C)."""
    return x[:, :, 0, 0]
