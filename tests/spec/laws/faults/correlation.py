"""Faults of the textbook's operators and of learning."""

from tests.spec.laws.faults.law import fault


@fault("corr2d", "flipping", "correlation", "first-loss", "descent")
def flips(right, x, k):
    return right(x, k[..., ::-1, ::-1])


@fault("convolve2d", "flipping", "two-kernels-are-one")
def does_not_flip(right, x, k):
    return right(x, k[::-1, ::-1])


@fault("convolve2d", "flipping")
def flips_one_axis(right, x, k):
    return right(x, k[::-1])


@fault("learn_kernel", "descent")
def ascends(right, x, y, w, *, lr, **attrs):
    return right(x, y, w, lr=-lr, **attrs)


@fault("learn_kernel", "first-loss")
def loss_after_the_update(right, x, y, w, **attrs):
    _, kernels = right(x, y, w, **attrs)
    return right(x, y, kernels[0], **attrs)[0], kernels


@fault("learn_kernel", "descent")
def forgets_the_factor_two(right, x, y, w, *, lr, **attrs):
    return right(x, y, w, lr=lr / 2, **attrs)


@fault("learn_kernel", "mean-loss")
def sums_always(right, *inputs, loss, **attrs):
    return right(*inputs, loss="sum", **attrs)
