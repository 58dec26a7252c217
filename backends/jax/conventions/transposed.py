"""Transposed convolution in JAX, by its default calls: `lax.conv_transpose` is NHWC, `lax.conv` is NCHW."""

from flax import nnx
from jax import lax

from backends.contract import probe


def layer(k, **options):
    """A transposed layer of flax of one channel with the kernel k; its bias is zero."""
    return nnx.ConvTranspose(1, 1, k.shape, kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0), **options)


PROBES = {
    "flax.nnx": {
        "transposed.flip": lambda x, k: layer(k, padding="VALID")(x[None, ..., None])[0, ..., 0],
        "transposed.default": lambda x, k: layer(k)(x[None, ..., None])[0, ..., 0],
        "transposed.same": lambda x, k: layer(k, padding="SAME")(x[None, ..., None])[0, ..., 0],
        "transposed.same.stride": lambda x, k: layer(k, strides=(1, 2), padding="SAME")(x[None, ..., None])[0, ..., 0],
        "transposed.valid": lambda x, k: layer(k, strides=(1, 3), padding="VALID")(x[None, ..., None])[0, ..., 0],
        "transposed.padding": lambda x, k: layer(k, padding=((0, 0), (1, 1)))(x[None, ..., None])[0, ..., 0],
        "transposed.asymmetric": lambda x, k: layer(k, padding=((0, 0), (1, 0)))(x[None, ..., None])[0, ..., 0],
    },
}


@probe("transposed.flip", "jax.lax")
def transposed_flip(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), "VALID")[0, ..., 0]


@probe("transposed.flip", "jax.lax, transpose_kernel")
def transposed_flip_asked(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), "VALID", transpose_kernel=True)[0, ..., 0]


@probe("transposed.default", "jax.lax")
def transposed_default(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1))[0, ..., 0]


@probe("transposed.same", "jax.lax")
def transposed_same(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), "SAME")[0, ..., 0]


@probe("transposed.same.stride", "jax.lax")
def transposed_same_stride(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 2), "SAME")[0, ..., 0]


@probe("transposed.valid", "jax.lax")
def transposed_valid(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 3), "VALID")[0, ..., 0]


@probe("transposed.padding", "jax.lax")
def transposed_padding(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), [(0, 0), (1, 1)])[0, ..., 0]


@probe("transposed.output-padding", "jax.lax")
def transposed_output_padding(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return lax.conv_transpose(x, k, (1, 2), [(0, 0), (1, 1)], output_padding=(0, 1))[0, ..., 0]


@probe("transposed.output-padding", "flax.nnx")
def transposed_output_padding_layer(x, k):
    return layer(k, strides=(1, 2), padding="SAME", output_padding=(0, 1))(x[None, ..., None])[0, ..., 0]


@probe("transposed.asymmetric", "jax.lax")
def transposed_asymmetric(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), [(0, 0), (1, 0)])[0, ..., 0]


@probe("transposed.groups", "jax.lax")
def transposed_groups(x, w):
    x, w = x.reshape(1, 1, 1, 2), w.reshape(1, 1, 1, 2)
    return lax.conv_transpose(x, w, (1, 1), "VALID", feature_group_count=2).ravel()


@probe("transposed.groups", "flax.nnx")
def transposed_groups_layer(x, w):
    return nnx.ConvTranspose(2, 2, (1, 1), feature_group_count=2, rngs=nnx.Rngs(0))(x[None, None, None])[0, 0, 0]


@probe("transposed.dilation", "jax.lax")
def transposed_dilation(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return lax.conv_transpose(x, k, (1, 2), "VALID", rhs_dilation=(1, 2))[0, ..., 0]


@probe("transposed.dilation", "flax.nnx")
def transposed_dilation_layer(x, k):
    return layer(k, strides=(1, 2), kernel_dilation=(1, 2), padding="VALID")(x[None, ..., None])[0, ..., 0]
