"""The calls of the lessons in JAX: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

TENSOR = jnp.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def channels_last(x):
    """flax pools images NHWC."""
    return x.transpose(0, 2, 3, 1)


def channels_first(y):
    """Back to NCHW."""
    return y.transpose(0, 3, 1, 2)


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: lax.conv(x, w, (2, 2), "SAME"),
        "padding=1": lambda x, w: lax.conv_general_dilated(x, w, (2, 2), [(1, 1), (1, 1)]),
        "padded before": lambda x, w: lax.conv(jnp.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, (2, 2), "VALID"),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: lax.conv(x, w, (1, 1), "VALID"),
        "the function called convolve": lambda x, w: jax.scipy.signal.convolve2d(x[0, 0], w[0, 0], mode="valid")[
            None, None
        ],
        "flipped before": lambda x, w: jax.scipy.signal.convolve2d(x[0, 0], w[0, 0, ::-1, ::-1], mode="valid")[
            None, None
        ],
    },
    "stride-and-dilation": {
        "the function": lambda x, w: lax.conv_general_dilated(x, w, (2, 2), "VALID", rhs_dilation=(2, 2)),
        "every second output": lambda x, w: lax.conv_general_dilated(x, w, (1, 1), "VALID", rhs_dilation=(2, 2))[
            :, :, ::2, ::2
        ],
        "without dilation": lambda x, w: lax.conv(x, w, (2, 2), "VALID"),
    },
    "pooling": {
        "by default": lambda x: channels_first(nnx.avg_pool(channels_last(x), (2, 2), (2, 2), ((1, 1), (1, 1)))),
        "pixels seen alone": lambda x: channels_first(
            nnx.avg_pool(channels_last(x), (2, 2), (2, 2), ((1, 1), (1, 1)), count_include_pad=False)
        ),
    },
    "transposed-convolution": {
        "by default": lambda x, w: lax.conv_transpose(
            x, w, (2, 2), "VALID", dimension_numbers=("NCHW", "IOHW", "NCHW")
        ),
        "turned": lambda x, w: lax.conv_transpose(
            x, w, (2, 2), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"), transpose_kernel=True
        ),
    },
    "upsampling": {
        "bilinear": lambda x: jax.image.resize(x, (1, 1, 4, 4), "bilinear"),
        "nearest": lambda x: jax.image.resize(x, (1, 1, 4, 4), "nearest"),
    },
}
