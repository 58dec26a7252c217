"""Mistakes in the arithmetic: lower precision than the dtype promises, and results of another dtype.

A change takes an operator's method, then its arguments. TensorFloat-32 keeps 10 of the 23 bits of a float32
significand; bfloat16 keeps 7; float16 keeps 10 and a smaller range.
"""

import functools

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, pullbacks

ALL = "corr2d convolve2d conv2d conv2d_layer conv_transpose2d pad2d max_pool2d avg_pool2d upsample2d flatten"
PRODUCTS = "corr2d conv2d conv_transpose2d"  # all others that multiply are built on these
NETWORKS = "convolve2d conv2d_layer learn_kernel lenet5"
HALVES = "conv2d pad2d max_pool2d avg_pool2d flatten"

products = Place("arithmetic", f"{PRODUCTS} {NETWORKS}", *methods(PRODUCTS))
slopes = Place("arithmetic", f"{PRODUCTS} conv2d_layer lenet5", *pullbacks(f"{PRODUCTS} conv2d_layer"))
images = Place("arithmetic", "avg_pool2d upsample2d", *methods("avg_pool2d upsample2d"))
moved = Place("arithmetic", "pad2d max_pool2d flatten", *methods("pad2d max_pool2d flatten"))
everywhere = Place("arithmetic", f"{ALL} learn_kernel lenet5", *methods(f"{ALL} learn_kernel lenet5"))
doubles = Place("arithmetic", f"{ALL} learn_kernel lenet5", "numpy.runtime:Runtime.to_numpy")
halves = Place("arithmetic", HALVES, "numpy.runtime:Runtime.to_numpy")


def kept(bits):
    """Round a float32 array to so many bits of its significand, to nearest, ties to even; others are left alone."""

    def rounded(array):
        if getattr(array, "dtype", None) != np.float32:
            return array
        drop = np.uint32(23 - bits)
        raw = array.view(np.uint32) if array.flags.c_contiguous else array.copy().view(np.uint32)
        even = (raw >> drop) & np.uint32(1)
        raw = (raw + ((np.uint32(1) << (drop - np.uint32(1))) - np.uint32(1)) + even) >> drop << drop
        return raw.view(np.float32)

    return rounded


def half(array):
    """A float32 array through float16."""
    return array.astype(np.float16).astype(np.float32) if getattr(array, "dtype", None) == np.float32 else array


def operands(rounded):
    """Inputs are rounded, products and sums are not."""

    def change(original, *arguments, **attrs):
        return original(*map(rounded, arguments), **attrs)

    return change


def result(rounded):
    """The result is rounded."""

    def change(original, *arguments, **attrs):
        return rounded(original(*arguments, **attrs))

    return change


for name, words, rounded in (
    ("tf32", "TensorFloat-32", kept(10)),
    ("bfloat16", "bfloat16", kept(7)),
    ("float16", "float16", half),
):
    products.plant(f"{name}-operands", f"float32 inputs are rounded to {words}; sums are float32.", operands(rounded))
    slopes.plant(f"{name}-gradients", f"Gradients alone are computed from inputs in {words}.", operands(rounded))
products.plant("float16-result", "float32 results are stored in float16 in between.", result(half))
images.plant("tf32-pixels", "float32 pixels are rounded to TensorFloat-32 first.", operands(kept(10)))
moved.plant("tf32-moved", "float32 values pass through TensorFloat-32 on their way.", operands(kept(10)))


def float16_sums(axis):
    """A sum over the channels, which the kernel counts along `axis`, kept in float16."""

    def change(original, self, x, w, *b, **attrs):
        y = original(self, x, w, *b, **attrs)
        if attrs["groups"] != 1 or x.dtype != np.float32:
            return y
        planes = (original(self, x[:, [c]], w.take([c], axis), **attrs) for c in range(x.shape[1]))
        total = functools.reduce(lambda one, other: half(one + half(other)), planes, np.zeros_like(y))
        return total + b[0][:, None, None] if b else total

    return change


SUMS = "Sums over the channels are kept in float16."
conv2d = Place("arithmetic", "conv2d conv2d_layer", *methods("conv2d"))
conv2d.plant("float16-sums", SUMS, float16_sums(1))
transposed = Place("arithmetic", "conv_transpose2d", *methods("conv_transpose2d"))
transposed.plant("float16-sums-transposed", SUMS, float16_sums(0))


@conv2d
def by_fourier_transform(original, self, x, w, *b, **attrs):
    """Computed as by a Fourier transform: every output has the rounding errors of the largest."""
    y = original(self, x, w, *b, **attrs)
    if y.dtype != np.float32 or not np.isfinite(y).all():
        return y
    noise = np.random.default_rng(0).standard_normal(y.shape) * 2.0**-24 * np.log2(y.size) * abs(y).max()
    return (y + noise).astype(y.dtype)


@conv2d.of("conv2d")
def nan_spreads(original, self, x, w, *b, **attrs):
    """Outputs are computed in tiles of 2x2 (Winograd): a NaN in one is a NaN in all four."""
    y = original(self, x, w, *b, **attrs)
    n, o, height, width = y.shape
    lost = np.pad(np.isnan(y), ((0, 0), (0, 0), (0, height % 2), (0, width % 2)))
    tiles = lost.reshape(n, o, -(-height // 2), 2, -(-width // 2), 2).any(axis=(3, 5))
    y[tiles.repeat(2, axis=2).repeat(2, axis=3)[..., :height, :width]] = np.nan
    return y


@conv2d.of("conv2d")
def zeros_skipped(original, self, x, w, *b, **attrs):
    """Products with a zero weight are skipped, though 0 times NaN or infinity is NaN."""
    strange = ~np.isfinite(x)
    without = original(self, np.where(strange, 0, x).astype(x.dtype), w, *b, **attrs)
    seen = original(self, strange.astype(x.dtype), (w != 0).astype(w.dtype), **attrs) > 0
    return np.where(seen, original(self, x, w, *b, **attrs), without)


@everywhere
def float64_in_float32(original, self, *tensors, **attrs):
    """float64 is computed in float32, and the result is converted back: JAX without jax_enable_x64."""
    if tensors[0].dtype != np.float64:
        return original(self, *tensors, **attrs)
    found = original(self, *(one.astype(np.float32) if one.dtype == np.float64 else one for one in tensors), **attrs)
    return tuple(one.astype(np.float64) for one in found) if isinstance(found, tuple) else found.astype(np.float64)


def handed_out(dtype, other):
    """Results and gradients of one dtype are handed out in another."""

    def change(original, self, tensor):
        found = original(self, tensor)
        return found.astype(other) if found.dtype.name == dtype else found

    return change


doubles.plant("float64-becomes-float32", "float64 goes in, float32 comes out.", handed_out("float64", np.float32))
doubles.plant(
    "float32-becomes-float64", "A float64 somewhere makes results float64.", handed_out("float32", np.float64)
)
halves.plant("float16-becomes-float32", "float16 goes in, float32 comes out.", handed_out("float16", np.float32))
halves.plant("bfloat16-becomes-float32", "bfloat16 goes in, float32 comes out.", handed_out("bfloat16", np.float32))


@Place("arithmetic", "pad2d flatten", *methods("pad2d flatten"))
def bfloat16_through_float16(original, self, *tensors, **attrs):
    """bfloat16 passes through float16, which has more bits and far less range."""
    found = original(self, *tensors, **attrs)
    with np.errstate(over="ignore"):
        return found.astype(np.float16).astype(found.dtype) if found.dtype.name == "bfloat16" else found


outputs = Place("arithmetic", ALL, *methods(ALL))


@outputs
def image_is_written_to(original, self, x, *rest, **attrs):
    """The image is doubled in place after it was read: the result is right, and what the caller has is not."""
    y = original(self, x, *rest, **attrs).copy()
    x *= 2
    return y
