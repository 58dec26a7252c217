"""Resizing images in JAX, by its default calls."""

import jax

PROBES = {
    "jax.image": {
        "resize.nearest": lambda x: jax.image.resize(x, (1, 5), "nearest"),
        "resize.bilinear": lambda x: jax.image.resize(x, (1, 8), "bilinear"),
        "resize.antialias": lambda x: jax.image.resize(x, (1, 4), "bilinear"),
        "resize.cubic": lambda x: jax.image.resize(x, (1, 8), "bicubic"),
        "resize.method": lambda x: jax.image.resize(x, (1, 4)),
    },
    "jax.image, cubic-pytorch": {
        "resize.cubic": lambda x: jax.image.resize(x, (1, 8), "cubic-pytorch", antialias=False),
    },
}
