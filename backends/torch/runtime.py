"""Tensors of PyTorch: how they come in and go out, their gradients, the modes, and what torch says of itself."""

import os
import re

import ml_dtypes
import numpy as np
import torch

from backends import processor
from backends.contract import Unsupported
from spec.core import as_tuple
from spec.memory import copied

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = torch.permute
RESHAPE = torch.reshape

MODE = os.environ.get("CONVPARITY_MODE", "")  # set by `modes.py`
ATEN = {"avx512": ("AVX512",), "avx2": ("AVX2",), "sve": ("SVE",)}  # in torch's words; DEFAULT is what all have


class Runtime:
    """What an adapter has beside its operators."""

    def in_mode(self, call):
        """The operator as the mode runs it: compiled, or as it is."""
        if MODE != "compile":
            return call
        if call.func == self.corr2d:
            raise Unsupported("torch.compile unrolls the loop over pixels, and compiles two dozen of them for minutes")
        torch.compiler.reset()  # a function that raised, or was compiled for 8 shapes, would from then on run eagerly
        return torch.compile(call, dynamic=False)

    def from_numpy(self, array):
        """A tensor with memory of its own: `torch.from_numpy` alone would share the array's."""
        if array.dtype == ml_dtypes.bfloat16:  # torch has the type, but does not know NumPy's name for it
            return torch.from_numpy(copied(array).view(np.int16)).view(torch.bfloat16)
        try:
            tensor = torch.from_numpy(copied(array))  # with its strides, which may be none that torch has
        except TypeError as error:
            raise Unsupported(f"torch has no dtype for NumPy's {array.dtype}") from error
        if MODE == "channels-last" and tensor.dim() == 4:  # still NCHW by its axes, NHWC in memory
            return tensor.contiguous(memory_format=torch.channels_last)
        return tensor

    def to_numpy(self, tensor):
        """The array; bfloat16 passes as the 16-bit integers of the same bits, as NumPy does not know it."""
        tensor = tensor.detach()
        if tensor.dtype == torch.bfloat16:
            return tensor.contiguous().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return tensor.numpy()

    def vjp(self, fn, tensors, cotangent):
        """The output and the gradients; fresh leaves, so that nothing accumulates in `.grad`."""
        leaves = [tensor.detach().requires_grad_() for tensor in tensors]
        output = fn(*leaves)
        gradients = torch.autograd.grad(as_tuple(output)[0], leaves, grad_outputs=cotangent, allow_unused=True)
        return output, list(gradients)

    def synchronize(self):
        """Nothing to wait for: on the CPU torch returns when the values are there."""

    def describe(self):
        """Version, device, threads, and the switches that change the arithmetic."""
        return {
            "version": torch.__version__,
            "device": "cpu",
            "threads": torch.get_num_threads(),
            "processor": processor.described(
                oneDNN=processor.asked(_onednn), ATen=processor.asked(_aten), MKL=processor.asked(_mkl)
            ),
            "switches": {
                "mode": MODE or "eager",
                "cpu_capability": torch.backends.cpu.get_cpu_capability(),
                "mkldnn_available": torch.backends.mkldnn.is_available(),
                "mkldnn_enabled": torch.backends.mkldnn.enabled,
                "mkldnn_conv_fp32_precision": torch.backends.mkldnn.conv.fp32_precision,
                "mkldnn_matmul_fp32_precision": torch.backends.mkldnn.matmul.fp32_precision,
                "float32_matmul_precision": torch.get_float32_matmul_precision(),
                "cudnn_allow_tf32": torch.backends.cudnn.allow_tf32,
                "cuda_matmul_allow_tf32": torch.backends.cuda.matmul.allow_tf32,
                "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
            },
        }


def _onednn():
    """What oneDNN says when it is first used."""
    if not (torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled):
        return "off", "off"
    loudly = torch.backends.mkldnn.verbose(torch.backends.mkldnn.VERBOSE_ON)
    return processor.heard(processor.overheard(lambda: _within(loudly, torch.ones(1).to_mkldnn)))


def _within(context, call):
    with context:
        call()


def _aten():
    """For which instructions torch chose its own kernels."""
    word = torch.backends.cpu.get_cpu_capability()
    lowest = {"x86_64": "sse41", "arm64": "neon"}.get(processor.architecture(), processor.UNKNOWN)
    level = processor.named(ATEN, word)
    return lowest if level == processor.UNKNOWN else level, word


def _mkl():
    """MKL, which multiplies matrices, does not say what it chose; its version is known."""
    found = re.search(r"Math Kernel Library Version ([\d.]+)", torch.__config__.show())
    return (processor.UNKNOWN, f"MKL {found[1]}") if found else ("off", "off")
