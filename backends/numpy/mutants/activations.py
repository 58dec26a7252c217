"""Mistakes in activations: constants, branches, axes, derivatives.

A change takes the method, then x and the attributes by name; of a pullback, the cotangent first.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, pullbacks, replaced

activation = Place("activation", "activation", *methods("activation"))
gradient = Place("activation-gradient", "activation", *pullbacks("activation"))


def another(asked, done):
    """The kind `done` where `asked` is asked for."""

    def change(original, *arguments, kind, **attrs):
        return original(*arguments, kind=done if kind == asked else kind, **attrs)

    return change


def changed(asked, change_x=lambda x: x, change_y=lambda y: y):
    """One kind with another x, or another y."""

    def change(original, self, x, *, kind, **attrs):
        if kind != asked:
            return original(self, x, kind=kind, **attrs)
        return change_y(original(self, change_x(x), kind=kind, **attrs)).astype(x.dtype)

    return change


def overflowing(original, self, x, *, kind, axis, **attrs):
    y = original(self, x, kind=kind, axis=axis, **attrs)
    if kind != "softmax":
        return y
    with np.errstate(all="ignore"):
        weights = np.exp(x)
        return (weights / weights.sum(axis, keepdims=True)).astype(x.dtype)


def cancelling(original, self, x, *, kind, **attrs):
    y = original(self, x, kind=kind, **attrs)
    return np.where(x < 0, np.exp(np.minimum(x, 0)) - x.dtype.type(1), x) if kind == "elu" else y


PAIRS = [
    ("relu", "relu6", "relu stops at 6."),
    ("relu6", "relu", "relu6 does not stop."),
    ("gelu", "gelu_tanh", "The approximate gelu stands for the exact one."),
    ("gelu_tanh", "gelu", "The exact gelu stands for the approximate one."),
    ("silu", "hard_swish", "hard_swish stands for silu."),
    ("sigmoid", "hard_sigmoid", "The sigmoid is made of lines."),
    ("elu", "leaky_relu", "elu is a line below 0."),
    ("softplus", "relu", "softplus has a corner."),
    ("log_softmax", "softmax", "The logarithm is forgotten."),
]
for asked, done, sentence in PAIRS:
    activation.plant(f"{asked}-is-{done}".replace("_", "-"), sentence, another(asked, done))
    gradient.plant(f"{asked}-is-{done}".replace("_", "-"), f"In the gradient: {sentence}", another(asked, done))

for place in (activation, gradient):
    place.plant("slope-fixed", "The slope of leaky_relu is 0.01, whatever is asked for.", replaced(slope=0.01))
    place.plant("last-axis", "softmax goes along the last axis, whatever is asked for.", replaced(axis=-1))
    place.plant("axis-1", "softmax goes along axis 1, whatever is asked for.", replaced(axis=1))

activation.plant(
    "hard-sigmoid-of-theano", "hard_sigmoid has the slope 0.2.", changed("hard_sigmoid", lambda x: 1.2 * x)
)
activation.plant("silu-of-swish-beta", "silu has the factor 1.702 in it.", changed("silu", lambda x: 1.702 * x))
activation.plant("tanh-of-half", "tanh(x) is 2 sigmoid(x) - 1.", changed("tanh", lambda x: x / 2))
activation.plant(
    "softplus-in-bits",
    "The logarithm of softplus is that of base 2.",
    changed("softplus", change_y=lambda y: y * 1.4427),
)
activation.plant("softmax-overflows", "The maximum is not subtracted.", overflowing)
activation.plant("elu-cancels", "exp(x) - 1 loses all digits near 0.", cancelling)


@gradient
def rows_apart(original, dy, x, *, kind, slope, axis):
    """softmax' is y (1 - y) for each number by itself."""
    if kind != "softmax":
        return original(dy, x, kind=kind, slope=slope, axis=axis)
    (y,) = original(np.eye(1, x.shape[axis])[0] + 0 * dy, x, kind=kind, slope=slope, axis=axis)
    return [y * dy]


@gradient
def not_multiplied(original, dy, x, **attrs):
    """The cotangent is taken for ones."""
    return original(np.ones_like(dy), x, **attrs)
