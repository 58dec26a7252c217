"""Dtypes, memory and errors of JAX, by its default calls.

JAX has float64 only where x64 is enabled; the name of the interface then ends with "x64".
"""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import lax

from backends.contract import arrays, probe
from spec.questions.words import when

# The adapter has turned x64 on. The probes of this folder use the default settings of JAX.
jax.config.update("jax_enable_x64", False)


@contextlib.contextmanager
def x64():
    """JAX has 64-bit dtypes inside. It sets the option: JAX's own context manager has moved between versions."""
    jax.config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", False)


PROBES = {
    "jax.numpy": {
        "dtype.add.integers": lambda x, k: str((x + k).dtype),
        "dtype.list": lambda: str(jnp.array([1.5, 2.5]).dtype),
        "errors.when": lambda x: when(lambda: jnp.linalg.cholesky(x), np.asarray),
    },
    "jax.numpy.array": {
        "dtype.numpy": arrays(lambda x: str(jnp.array(x).dtype)),
    },
    "jax.numpy.asarray": {
        "dtype.numpy": arrays(lambda x: str(jnp.asarray(x).dtype)),
    },
    "jax.lax": {
        "dtype.integers": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0],
        "errors.empty": lambda x: when(lambda: lax.conv(x, jnp.ones((1, 1, 1, 1)), (1, 1), "VALID"), np.asarray),
    },
}


@probe("dtype.mixed", "jax.lax", arrays=True)
def mixed(x, k):
    x, k = jnp.array(x, jnp.float32), jnp.array(k, jnp.float64)  # float64 becomes float32, with a warning
    return str(lax.conv(x[None, None, None], k[None, None, None], (1, 1), "VALID").dtype)


@probe("dtype.mixed", "jax.lax, x64", arrays=True)
def mixed_x64(x, k):
    with x64():
        x, k = jnp.array(x, jnp.float32), jnp.array(k, jnp.float64)
        return str(lax.conv(x[None, None, None], k[None, None, None], (1, 1), "VALID").dtype)


@probe("dtype.mixed", "flax.nnx, x64", arrays=True)
def mixed_layer(x, k):
    with x64():
        layer = nnx.Conv(1, 1, (1, 1), kernel_init=lambda *_: jnp.array(k[None, None, None]), rngs=nnx.Rngs(0))
        return str(layer(jnp.array(x[None, None, None])).dtype)


@probe("dtype.add", "jax.numpy, x64", arrays=True)
def add(x, k):
    with x64():
        return str((jnp.array(x) + jnp.array(k)).dtype)


@probe("dtype.numpy", "jax.numpy.array, x64", arrays=True)
def numpy_array_x64(x):
    with x64():
        return str(jnp.array(x).dtype)


@probe("dtype.numpy-into-call", "jax.lax", arrays=True)
def numpy_into_call(x, k):
    return str(lax.conv(jnp.array(x)[None, None], k[None, None], (1, 1), "VALID").dtype)


@probe("dtype.half", "jax.lax", arrays=True)
def half(x, k):
    x, k = jnp.array(x, jnp.float16), jnp.array(k, jnp.float16)
    return str(lax.conv(x[None, None], k[None, None], (1, 1), "VALID").dtype)


@probe("dtype.bfloat16", "jax.lax", arrays=True)
def bfloat16(x, k):
    x, k = jnp.array(x, jnp.bfloat16), jnp.array(k, jnp.bfloat16)
    return str(lax.conv(x[None, None], k[None, None], (1, 1), "VALID").dtype)


@probe("memory.in", "jax.numpy.array", arrays=True)
def memory_in_array(x):
    tensor = jnp.array(x)
    x[0] = 9
    return tensor


@probe("memory.in", "jax.numpy.asarray", arrays=True)
def memory_in_asarray(x):
    tensor = jnp.asarray(x)
    x[0] = 9
    return tensor


@probe("memory.in", "jax.device_put, 64-byte aligned", arrays=True)
def memory_in_device_put(x):
    memory = np.zeros(32, np.float32)
    aligned = memory[-memory.ctypes.data % 64 // 4 :][: len(x)]  # begins at a multiple of 64 bytes, as few arrays do
    aligned[:] = x
    tensor = jax.device_put(aligned)
    aligned[0] = 9
    return tensor


@probe("memory.out", "jax.numpy")
def memory_out(x):
    np.asarray(x)[0] = 9
    return x


@probe("memory.assign", "jax.numpy")
def memory_assign(x):
    x[0] = 9
    return x


@probe("memory.view", "jax.numpy")
def memory_view(x):
    part = x[:2]
    part[0] = 9
    return x


@probe("errors.shape", "jax.lax")
def errors_shape(x, k):
    return when(lambda: lax.conv(x.reshape(1, 2, 1, 1), k.reshape(1, 3, 1, 1), (1, 1), "VALID"), np.asarray)
