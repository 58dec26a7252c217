"""The calls of the lessons in JAX: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import jax.numpy as jnp
from jax import lax

TENSOR = jnp.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}

CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: lax.conv(x, w, (2, 2), "SAME"),
        "padding=1": lambda x, w: lax.conv_general_dilated(x, w, (2, 2), [(1, 1), (1, 1)]),
        "padded before": lambda x, w: lax.conv(jnp.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, (2, 2), "VALID"),
    },
}
