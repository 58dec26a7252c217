"""Resizing images in JAX, by its default calls."""

import jax

from backends.contract import probe


@probe("resize.nearest", "jax.image")
def resize_nearest(x):
    return jax.image.resize(x, (1, 5), "nearest")


@probe("resize.bilinear", "jax.image")
def resize_bilinear(x):
    return jax.image.resize(x, (1, 8), "bilinear")


@probe("resize.antialias", "jax.image")
def resize_smaller(x):
    return jax.image.resize(x, (1, 4), "bilinear")


@probe("resize.cubic", "jax.image")
def resize_cubic(x):
    return jax.image.resize(x, (1, 8), "bicubic")


@probe("resize.cubic", "jax.image, cubic-pytorch")
def resize_cubic_as_pytorch(x):
    return jax.image.resize(x, (1, 8), "cubic-pytorch", antialias=False)


@probe("resize.method", "jax.image")
def resize_method(x):
    return jax.image.resize(x, (1, 4))
