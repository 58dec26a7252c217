"""JAX: `jax.lax` takes images and kernels in every layout; the layer is `flax.nnx.Conv` (NHWC, HWIO).

- XLA has one convolution. Layouts, groups, dilation, unequal and negative pads are its parameters; a
  transposed convolution is the same one over a dilated image. It has no bias.
- XLA has one pooling, `lax.reduce_window`. It knows neither ceil_mode nor the divisor of an average.
- XLA compiles for every new shape, which takes longer than all else. So a method is one program
  (`compiled`), value and gradients are one program (`vjp`), and equal calls share it.

What is larger than the image is no error in XLA: where no window fits, the result is empty.
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
from jax import lax

from backends import processor
from backends.contract import Unsupported, native
from backends.jax.lowering import (
    add_bias,
    align,
    axes,
    by_axis,
    conv_padding,
    groups_to_outputs,
    longer,
    pool_pads,
    reduce_windows,
    spatial,
    taps_side_by_side,
)
from spec.core import as_tuple
from spec.layouts import IMAGE, KERNEL, TRANSPOSED_KERNEL
from spec.padding import extent, transposed

MODE = os.environ.get("CONVPARITY_MODE", "")  # set by the variants
# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = jnp.transpose
RESHAPE = jnp.reshape
MOST_PROGRAMS = 100
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "jax"


def _xla():
    """For which features of the processor XLA made a program: they stand in it."""
    program = jax.jit(lambda x: x + x).lower(jnp.ones(8)).compile()
    (features,) = set(re.findall(rb"[+-][\w.-]+(?:,[+-][\w.-]+){8,}", program.runtime_executable().serialize()))
    has = [name for name in features.decode().split(",") if name.startswith("+")]
    word = ", ".join(name[1:] for name in has if name.startswith(("+avx", "+amx", "+fma", "+f16c", "+sve", "+neon")))
    return processor.named(processor.LLVM, f"{','.join(has)},"), word


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


class Adapter:
    """The operators of JAX on the CPU."""

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
            return jax.device_put(np.array(array))  # jnp.array would compile a copy for every shape
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

    # ---- correlation and convolution -------------------------------------------------------------

    @compiled
    def corr2d(self, x, k):
        """From scratch: each output is the sum of a window times the kernel."""
        if k.ndim == 4:
            return jax.vmap(lambda kernel: self.corr2d(x, kernel))(k)
        if x.ndim == 3:
            return jax.vmap(self.corr2d)(x, k).sum(axis=0)

        def window_sum(i, j):
            return (lax.dynamic_slice(x, (i, j), k.shape) * k).sum()

        # Two loops in Python would give XLA every window to compile; `vmap` gives it one window for all (i, j).
        rows, columns = (jnp.arange(size - taps + 1) for size, taps in zip(x.shape, k.shape))
        return jax.vmap(lambda i: jax.vmap(lambda j: window_sum(i, j))(columns))(rows)

    @compiled
    def convolve2d(self, x, k):
        return jax.scipy.signal.convolve2d(x, k, mode="valid")  # flips the kernel, as SciPy does

    @native(*IMAGE, kernel=KERNEL)
    @compiled
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups, layout, kernel_layout):
        y = lax.conv_general_dilated(
            x,
            w,
            window_strides=stride,
            padding=conv_padding(padding, spatial(w.shape, kernel_layout), dilation),
            rhs_dilation=dilation,
            dimension_numbers=(layout, kernel_layout, layout),
            feature_group_count=groups,
        )
        return add_bias(y, b, layout)

    @native("NHWC", kernel="HWIO")
    @compiled
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups):
        from flax import nnx  # slow to import

        layer = nnx.Conv(
            in_features=x.shape[-1],
            out_features=w.shape[-1],
            kernel_size=w.shape[:2],
            strides=stride,
            padding=conv_padding(padding, w.shape[:2], dilation),  # given always: the default is SAME
            kernel_dilation=dilation,
            feature_group_count=groups,
            use_bias=b is not None,
            param_dtype=w.dtype,  # otherwise float32, to which the weights would be cast
            kernel_init=nnx.initializers.zeros,  # replaced at once
            rngs=nnx.Rngs(0),
        )
        layer.kernel = nnx.Param(w)
        if b is not None:
            layer.bias = nnx.Param(b)
        return layer(x)

    @native(*IMAGE, kernel=TRANSPOSED_KERNEL)
    @compiled
    def conv_transpose2d(
        self, x, w, b=None, *, stride, padding, output_padding, dilation, groups, layout, kernel_layout
    ):
        """A convolution of the image with zeros between its pixels, the kernel flipped.

        `lax.conv_transpose` is no more than that, but has no groups.
        """
        size, kernel = spatial(x.shape, layout), spatial(w.shape, kernel_layout)
        crop, beyond = transposed(padding, size, kernel, stride, dilation, output_padding)
        reach = [extent(taps, rate) - 1 for taps, rate in zip(kernel, dilation)]
        y = lax.conv_general_dilated(
            x,
            groups_to_outputs(jnp.flip(w, axes(kernel_layout)), groups, kernel_layout),
            window_strides=(1, 1),
            lhs_dilation=stride,  # stride - 1 zeros between the pixels
            padding=[(r - start, r - end + more) for r, (start, end), more in zip(reach, crop, beyond)],
            rhs_dilation=dilation,
            dimension_numbers=(layout, kernel_layout, layout),
            feature_group_count=groups,
        )
        return add_bias(y, b, layout)

    @native(*IMAGE)
    @compiled
    def pad2d(self, x, *, padding, mode, value, layout):
        options = {"constant_values": value} if mode == "constant" else {}  # refused with the other modes
        mode = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)  # NumPy's names
        return jnp.pad(x, by_axis(padding, layout, (0, 0)), mode, **options)

    # ---- pooling, resampling ---------------------------------------------------------------------

    @native(*IMAGE)
    @compiled
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode, layout):
        size = spatial(x.shape, layout)
        pads, overhangs = pool_pads(size, kernel_size, stride, dilation, padding, ceil_mode)
        pads = longer(pads, overhangs)
        if max(dilation) > 1:  # reduce_window knows it as window_dilation, but has no gradient for it
            x = taps_side_by_side(x, kernel_size, stride, dilation, pads, layout)
            stride, pads = kernel_size, ((0, 0), (0, 0))
        # From 0 negative pixels would be lost. A plain number tells JAX that this is a maximum, with its gradient.
        return reduce_windows(x, -np.inf, lax.max, kernel_size, stride, pads, layout)

    @native(*IMAGE)
    @compiled
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, layout):
        size = spatial(x.shape, layout)
        pads, overhangs = pool_pads(size, kernel_size, stride, (1, 1), padding, ceil_mode)
        sums = reduce_windows(x, 0, lax.add, kernel_size, stride, longer(pads, overhangs), layout)
        # The divisor is the same sum over an image of ones; pads are ones if they count, the overhang never is.
        ones = jnp.ones(by_axis(size, layout, 1), jnp.float32)  # half precision cannot count beyond 256 or 2048
        ones = jnp.pad(ones, by_axis(pads, layout, (0, 0)), constant_values=float(count_include_pad))
        overhangs = longer(((0, 0), (0, 0)), overhangs)
        return sums / reduce_windows(ones, 0, lax.add, kernel_size, stride, overhangs, layout).astype(x.dtype)

    @native(*IMAGE)
    @compiled
    def upsample2d(self, x, *, scale, mode, align_corners, layout):
        method = {"bilinear": "linear"}.get(mode, mode)
        shape = tuple(pixels * times for pixels, times in zip(x.shape, by_axis(scale, layout, 1)))
        if not align_corners:
            return jax.image.resize(x, shape, method, antialias=False)
        # resize lets the edges of the images agree; for the corners to agree, the image is stretched and moved.
        stretch, move = np.transpose([align(*axis) for axis in zip(spatial(x.shape, layout), scale)])
        return jax.image.scale_and_translate(x, shape, axes(layout), stretch, move, method, antialias=False)

    @compiled
    def flatten(self, x, *, layout):
        return x.reshape(x.shape[0], -1)  # in the order of memory: the layout does not matter

    # ---- training --------------------------------------------------------------------------------

    @compiled
    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Gradient descent as a pure function: `scan` runs the step, and collects what it returns."""

        def error(w):
            y_hat = lax.conv(x[None, None], w[None, None], window_strides=(1, 1), padding="VALID")[0, 0]
            return {"sum": jnp.sum, "mean": jnp.mean}[loss]((y_hat - y) ** 2)

        def step(w, _):
            value, slope = jax.value_and_grad(error)(w)
            w = w - lr * slope
            return w, (value, w)

        _, (losses, kernels) = lax.scan(step, w, length=steps)
        return losses, kernels

    @compiled
    def lenet5(self, images, labels, *weights, lr, steps):
        """LeNet-5 with rectifiers and max pooling, trained on the one batch; weights are a plain tuple."""

        def conv(x, w, b, padding):
            return add_bias(lax.conv(x, w, (1, 1), padding), b, "NCHW")

        def pool(x):
            return reduce_windows(x, -np.inf, lax.max, (2, 2), (2, 2), ((0, 0), (0, 0)), "NCHW")

        def net(weights):
            c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b = weights
            x = pool(jax.nn.relu(conv(images, c1_w, c1_b, "SAME")))
            x = pool(jax.nn.relu(conv(x, c3_w, c3_b, "VALID")))
            x = jax.nn.relu(conv(x, c5_w, c5_b, "VALID"))
            x = jax.nn.relu(lax.collapse(x, 1) @ f6_w.T + f6_b)
            return x @ out_w.T + out_b

        def loss(weights):
            log_probabilities = jax.nn.log_softmax(net(weights))
            return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()

        def step(weights, _):
            value, slopes = jax.value_and_grad(loss)(weights)
            return jax.tree.map(lambda w, slope: w - lr * slope, weights, slopes), value

        weights, losses = lax.scan(step, weights, length=steps)
        return net(weights), losses, *weights
