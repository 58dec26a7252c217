"""Arrays of JAX: how they come in and go out, their gradients, the modes, and what JAX says of itself.

XLA compiles for every new shape, which takes longer than all else. So a method is one program (`compiled`), value and
gradients are one program (`vjp`), and equal calls share it.
"""

import functools
import os
import re
import types
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from backends import processor
from backends.contract import Unsupported
from spec.core import as_tuple
from spec.memory import copied

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = jnp.transpose
RESHAPE = jnp.reshape

MODE = os.environ.get("CONVPARITY_MODE", "")  # set by `modes.py`
MOST_PROGRAMS = 100
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "jax"


def compiled(method):
    """Run the method as one program: called bare, every small operation in it would be compiled by itself."""

    @functools.wraps(method)
    def run(self, *tensors, **attrs):
        call = functools.partial(types.MethodType(method, self), **attrs)
        return self._program(_value, call)(*tensors)

    return run


def _value(fn, *tensors):
    return fn(*tensors)


def _value_and_gradients(fn, cotangent, *tensors):
    def first(*tensors):
        outputs = fn(*tensors)
        return as_tuple(outputs)[0], outputs

    _, pullback, outputs = jax.vjp(first, *tensors, has_aux=True)
    return outputs, list(pullback(cotangent))


class Runtime:
    """What an adapter has beside its operators."""

    def __init__(self):
        # XLA reads its number of threads from PJRT_NPROC, when it starts; of OMP_NUM_THREADS it knows nothing.
        os.environ.setdefault("PJRT_NPROC", os.environ.get("OMP_NUM_THREADS", "1"))
        jax.config.update("jax_enable_x64", MODE != "x32")  # without it 64-bit inputs silently become 32-bit
        jax.config.update("jax_disable_jit", MODE == "eager")  # with it every primitive is a program by itself
        # Programs are kept for the next run; left to itself, JAX would keep only slow ones.
        if jax.config.jax_compilation_cache_dir is None:  # JAX_COMPILATION_CACHE_DIR names another folder
            jax.config.update("jax_compilation_cache_dir", str(CACHE))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        self.programs = {}

    def _program(self, transform, fn):
        """`transform` of `fn`, compiled; calls of one method with the same attributes share it."""
        if not isinstance(fn, functools.partial) or fn.args:
            return jax.jit(functools.partial(transform, fn))
        key = transform, fn.func, repr(fn.keywords)  # as text: -0.0 equals 0.0, but is another pad
        if key not in self.programs:
            if len(self.programs) == MOST_PROGRAMS:
                self.programs.clear()
            self.programs[key] = jax.jit(functools.partial(transform, fn))
        return self.programs[key]

    def from_numpy(self, array):
        """An array of its own: JAX may read the given one late, or keep it."""
        try:
            return jax.device_put(copied(array))  # jnp.array would compile a copy for every shape
        except TypeError as error:
            raise Unsupported(str(error)) from error

    def to_numpy(self, tensor):
        """The array, when it is computed; a copy, as a view of JAX's memory is read-only."""
        return np.array(tensor)

    def vjp(self, fn, tensors, cotangent):
        """The output and the gradients, as one program."""
        return self._program(_value_and_gradients, fn)(cotangent, *tensors)

    def synchronize(self):
        """Nothing to wait for: `to_numpy` waited, and an error is raised where the array is waited for."""

    def describe(self):
        """Versions, device, threads, and the switches that change the arithmetic or the time."""
        return {
            "version": jax.__version__,
            "jaxlib": version("jaxlib"),
            "flax": version("flax"),
            "device": jax.devices()[0].device_kind,
            "threads": int(os.environ["PJRT_NPROC"]),
            "processor": processor.described(XLA=processor.asked(_xla)),
            "switches": {
                "enable_x64": jax.config.jax_enable_x64,
                "disable_jit": jax.config.jax_disable_jit,
                "default_matmul_precision": jax.config.jax_default_matmul_precision or "default",
                "XLA_FLAGS": os.environ.get("XLA_FLAGS", ""),
                "compilation_cache_dir": jax.config.jax_compilation_cache_dir or "",
            },
        }


def _xla():
    """For which features of the processor XLA made a program: they stand in it."""
    program = jax.jit(lambda x: x + x).lower(jnp.ones(8)).compile()
    (features,) = set(re.findall(rb"[+-][\w.-]+(?:,[+-][\w.-]+){8,}", program.runtime_executable().serialize()))
    has = [name for name in features.decode().split(",") if name.startswith("+")]
    word = ", ".join(name[1:] for name in has if name.startswith(("+avx", "+amx", "+fma", "+f16c", "+sve", "+neon")))
    return processor.named(processor.LLVM, f"{','.join(has)},"), word
