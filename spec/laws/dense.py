"""Laws of dense layers."""

import numpy as np

from spec.laws.law import inner, law, reading

X, W = (3, 7), (5, 7)


@law("dense(x, w) = conv2d(x as images of one pixel, w as a 1x1 kernel)", "dense", "conv2d")
def dense_is_pointwise(ask, draw):
    """A dense layer is a convolution of images of one pixel."""
    x, w, b = draw("x", X), draw("w", W), draw("b", W[:1])
    images = ask("conv2d", {}, x=x[..., None, None], w=w[..., None, None], b=b)
    return ask("dense", {}, x=x, w=w, b=b), images.moved(lambda y: y[:, :, 0, 0])


@law("dense(x, I, b) = x + b", "dense")
def the_unit_matrix_does_nothing(ask, draw):
    """Weights of the unit matrix leave the input as it is, and the bias is added to each row."""
    x, b = draw("x", X), draw("b", X[1:])
    return ask("dense", {}, x=x, w=np.eye(X[1], dtype=x.dtype), b=b), reading(x) + np.broadcast_to(b, X)


@law("dense(x, w as IO) = dense(x, w^T as OI)", "dense")
def both_ways_round(ask, draw):
    """The two layouts of the weights are each other's transpose."""
    x, w = draw("x", X), draw("w", (X[1], X[1]))
    turned = np.ascontiguousarray(w.T)
    return ask("dense", {"kernel_layout": "IO"}, x=x, w=turned), ask("dense", {"kernel_layout": "OI"}, x=x, w=w)


@law("<dense(x, w), c> = <x, gradient for x> = <w, gradient for w>", "dense", x={"name": "x"}, w={"name": "w"})
def dense_gradients(ask, draw, name):
    """The layer is linear in each input: its gradient times this input is what it computes."""
    arrays, c = {"x": draw("x", X), "w": draw("w", W)}, draw("c", (X[0], W[0]))
    slopes = ask.gradients("dense", {}, c, **arrays)
    return inner(ask("dense", {}, **arrays), c), inner(slopes[name], arrays[name])
