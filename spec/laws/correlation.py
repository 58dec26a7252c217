"""Laws of the textbook's correlation and convolution of planes, and of learning a kernel by gradient descent."""

import numpy as np

from spec.laws.law import inner, law

PLANE, KERNEL = (5, 7), (2, 3)


@law("convolve2d(x, k) = corr2d(x, k flipped)", "convolve2d", "corr2d")
def flipping(ask, draw):
    """Convolution in the sense of mathematics flips the kernel; the correlation of neural networks does not."""
    x, k = draw("x", PLANE), draw("k", KERNEL)
    return ask("convolve2d", {}, x=x, k=k), ask("corr2d", {}, x=x, k=np.ascontiguousarray(k[::-1, ::-1]))


@law(
    "corr2d(x, k) = conv2d(x, k) with one image",
    "corr2d",
    "conv2d",
    plane={"image": PLANE, "kernel": KERNEL},
    channels={"image": (3, 4, 6), "kernel": (3, 2, 3)},
    outputs={"image": (3, 4, 6), "kernel": (2, 3, 2, 3)},
)
def correlation(ask, draw, image, kernel):
    """What networks call a convolution is the window sum written out by hand, for many images and kernels at once."""
    x, k = draw("x", image), draw("k", kernel)
    images = x.reshape(1, -1, *image[-2:])
    whole = ask("conv2d", {}, x=images, w=k.reshape(-1, images.shape[1], *kernel[-2:]))
    seen = ask("corr2d", {}, x=x, k=k)
    return seen, whole.moved(lambda y: y.reshape(seen.shape))


@law("corr2d(corr2d(x, k), l) = corr2d(x, m),  m = convolve2d(l with zeros around, k)", "corr2d", "convolve2d")
def two_kernels_are_one(ask, draw):
    """Two correlations one after the other are one with a larger kernel: two of 3x3 see what one of 5x5 sees."""
    x, k, second = draw("x", PLANE), draw("k", KERNEL), draw("l", KERNEL)
    around = np.pad(second, [(taps - 1, taps - 1) for taps in KERNEL])
    once = ask("corr2d", {}, x=x, k=k)
    merged = ask("convolve2d", {}, x=around, k=k)
    return ask("corr2d", {}, x=once, k=second), ask("corr2d", {}, x=x, k=merged)


LEARNING = {"steps": 1, "lr": 2.0**-6}


def lesson(draw):
    """An image, a target, and the kernel to begin with."""
    return {"x": draw("x", (5, 5)), "y": draw("y", (4, 4)), "w": draw("w", (2, 2))}


@law("learn_kernel(x, y, w): losses[0] = sum of (corr2d(x, w) - y)^2", "learn_kernel", "corr2d")
def first_loss(ask, draw):
    """The first loss is that of the kernel to begin with, before any update."""
    inputs = lesson(draw)
    losses = ask.outputs("learn_kernel", LEARNING, **inputs)["losses"]
    error = ask("corr2d", {}, x=inputs["x"], k=inputs["w"]) - inputs["y"]
    return losses[0], inner(error * error, np.ones(error.shape))


@law("learn_kernel(x, y, w): kernels[0] = w - 2 lr corr2d(x, corr2d(x, w) - y)", "learn_kernel", "corr2d")
def descent(ask, draw):
    """A step of gradient descent changes each weight by the correlation of the image with the error: what automatic
    differentiation finds is a correlation again."""
    inputs = lesson(draw)
    x, w = inputs["x"], inputs["w"]
    error = (ask("corr2d", {}, x=x, k=w) - inputs["y"]).rounded(x.dtype)
    kernels = ask.outputs("learn_kernel", LEARNING, **inputs)["kernels"]
    return kernels[0], ask("corr2d", {}, x=x, k=error) * (-2 * LEARNING["lr"]) + w


@law("learn_kernel(loss mean, lr n*r) = learn_kernel(loss sum, lr r),  n outputs", "learn_kernel")
def mean_loss(ask, draw):
    """The mean is the sum divided by the number of outputs: the same steps, if the rate is as much larger."""
    inputs = lesson(draw)
    mean = {**LEARNING, "lr": LEARNING["lr"] * inputs["y"].size, "loss": "mean"}
    found = ask.outputs("learn_kernel", mean, **inputs)["kernels"]
    return found, ask.outputs("learn_kernel", {**LEARNING, "loss": "sum"}, **inputs)["kernels"]
