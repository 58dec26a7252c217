"""Mistakes in dense layers.

A change takes the method `dense(self, x, w, b=None)`, then x (N, I), w (O, I), b (O,); of a pullback, the cotangent.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, pullbacks

dense = Place("dense", "dense", *methods("dense"))
gradient = Place("dense-gradient", "dense", *pullbacks("dense"))


@dense
def memory_transposed(original, self, x, w, *b):
    """The memory of the weights is read the other way round."""
    return original(self, x, w.reshape(w.shape[::-1]).T, *b)


@dense
def square_transposed(original, self, x, w, *b):
    """Square weights are transposed, others are not."""
    return original(self, x, w.T if w.shape[0] == w.shape[1] else w, *b)


@dense
def bias_dropped(original, self, x, w, *b):
    """There is no bias."""
    return original(self, x, w)


@dense
def bias_twice(original, self, x, w, *b):
    """The bias is added twice."""
    return original(self, x, w, *(2 * one for one in b))


@dense
def bias_along_the_batch(original, self, x, w, *b):
    """The bias goes along the images where it fits."""
    y = original(self, x, w, *b)
    if b and len(x) == len(w):
        return (original(self, x, w) + b[0][:, None]).astype(x.dtype)
    return y


@dense
def last_input_dropped(original, self, x, w, *b):
    """The last input of several is not read."""
    original(self, x, w, *b)
    return original(self, x[:, :-1], w[:, :-1], *b) if x.shape[1] > 1 else original(self, x, w, *b)


@dense
def rounded_to_half(original, self, x, w, *b):
    """The weights pass through float16."""
    return original(self, x, w.astype(np.float16).astype(w.dtype), *b)


@gradient
def weights_averaged(original, dy, x, w, *b):
    """dl/dw is the mean over the batch."""
    dx, dw, db = original(dy, x, w, *b)
    return [dx, dw / np.asarray(len(x), dw.dtype), db]


@gradient
def bias_averaged(original, dy, x, w, *b):
    """dl/db is the mean over the batch."""
    dx, dw, db = original(dy, x, w, *b)
    return [dx, dw, db / np.asarray(len(x), db.dtype)]


@gradient
def square_not_transposed(original, dy, x, w, *b):
    """dl/dx takes square weights as they are, not transposed."""
    return (
        original(dy, x, w.T, *b)[:1] + original(dy, x, w, *b)[1:]
        if w.shape[0] == w.shape[1]
        else original(dy, x, w, *b)
    )
