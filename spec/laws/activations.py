"""Laws of activations: each holds for all numbers, and none needs a reference."""

import numpy as np

from spec.laws.law import law, reading

SHAPE = (3, 4, 5)
KINDS = ("gelu", "gelu_tanh", "silu", "softplus")
REALS: dict[str, dict] = {kind: {"kind": kind, "tiers": ("reals",)} for kind in KINDS}


@law("f(x) - f(-x) = x", "activation", **REALS)
def halves_make_a_line(ask, draw, kind):
    """Each of gelu, silu and softplus is a line plus what is the same on both sides."""
    x = draw("x", SHAPE)
    return ask("activation", {"kind": kind}, x=x) - ask("activation", {"kind": kind}, x=-x), reading(x)


@law(
    "sigmoid(x) + sigmoid(-x) = 1",
    "activation",
    **{k: {"kind": k, "tiers": ("reals",)} for k in ("sigmoid", "hard_sigmoid")},
)
def shares_of_one(ask, draw, kind):
    """What the sigmoid gives to one side it takes from the other."""
    x = draw("x", SHAPE)
    return ask("activation", {"kind": kind}, x=x) + ask("activation", {"kind": kind}, x=-x), np.ones(SHAPE)


@law("tanh(-x) = -tanh(x)", "activation", plain={"tiers": ("reals",)})
def odd(ask, draw):
    """On both sides tanh is the same but for its sign."""
    x = draw("x", SHAPE)
    return ask("activation", {"kind": "tanh"}, x=-x), ask("activation", {"kind": "tanh"}, x=x) * -1.0


@law(
    "x sigmoid(x) = silu(x), x hard_sigmoid(x) = hard_swish(x)",
    "activation",
    soft={"whole": "silu", "gate": "sigmoid", "tiers": ("reals",)},
    hard={"whole": "hard_swish", "gate": "hard_sigmoid", "tiers": ("reals",)},
)
def gates(ask, draw, whole, gate):
    """A gated activation is x times its gate."""
    x = draw("x", SHAPE)
    return ask("activation", {"kind": whole}, x=x), ask("activation", {"kind": gate}, x=x) * x


@law("relu(x) - relu(x - 6) = relu6(x)", "activation")
def six_is_the_most(ask, draw):
    """What relu6 cuts off is what relu has above 6."""
    x = (draw("x", SHAPE) * 4).astype(np.float32)
    cut = ask("activation", {"kind": "relu"}, x=(x - 6).astype(x.dtype))
    return ask("activation", {"kind": "relu"}, x=x) - cut, ask("activation", {"kind": "relu6"}, x=x)


@law("leaky_relu(x) = relu(x) - slope relu(-x)", "activation", quarter={"slope": 0.25}, steep={"slope": 2.0})
def both_sides_of_leaky(ask, draw, slope):
    """Each side of leaky_relu is made of relu: all of it on one side, and a part of it on the other."""
    x = draw("x", SHAPE)
    below = ask("activation", {"kind": "relu"}, x=-x) * slope
    return ask("activation", {"kind": "leaky_relu", "slope": slope}, x=x), ask(
        "activation", {"kind": "relu"}, x=x
    ) - below


@law(
    "sum of softmax(x) = 1", "activation", **{f"axis{axis}": {"axis": axis, "tiers": ("reals",)} for axis in (0, 1, -1)}
)
def shares_add_up(ask, draw, axis):
    """The shares of each row make one."""
    y = ask("activation", {"kind": "softmax", "axis": axis}, x=draw("x", SHAPE))
    total = y.moved(lambda array: np.moveaxis(array, axis, 0))
    return sum((total[i] for i in range(1, SHAPE[axis])), total[0]), np.ones(total.shape[1:])


@law("softmax(x + c) = softmax(x)", "activation", plain={"tiers": ("reals",)})
def only_differences_count(ask, draw):
    """A number added to a whole row changes nothing: it is subtracted with the maximum."""
    x = draw("x", SHAPE)
    attrs = {"kind": "softmax"}
    return ask("activation", attrs, x=x), ask("activation", attrs, x=(x + 64).astype(x.dtype))


@law("sum over a row of the gradient of <softmax(x), c> = 0", "activation", plain={"tiers": ("reals",)})
def shares_only_move(ask, draw):
    """What one share wins the others lose."""
    x, c = draw("x", SHAPE), draw("c", SHAPE)
    slopes = ask.gradients("activation", {"kind": "softmax"}, c, x=x)["x"]
    return sum((slopes[..., i] for i in range(1, SHAPE[-1])), slopes[..., 0]), np.zeros(SHAPE[:-1])
