"""PyTorch: images NCHW, kernels OIHW, and a functional form (`F.conv2d`) of every layer (`nn.Conv2d`).

What torch lacks, and what stands in its place here:

- Pads are one number per axis, the same at both ends, and for pooling at most half the window.
  `_share` gives torch what it takes; the rest is put on with `F.pad` before the operator.
- "same" exists for convolutions of stride 1 alone, "same_lower" and "full" nowhere: explicit pads.
- `F.pad` has no symmetric mode: the mirrored edges are concatenated.

On the CPU float16 and bfloat16 work everywhere below.
"""

import os
import re
from functools import partial

import ml_dtypes
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from backends import processor
from backends.contract import Unsupported, native
from spec.core import as_tuple
from spec.padding import explicit, extent, transposed

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = torch.permute
RESHAPE = torch.reshape
MODE = os.environ.get("CONVPARITY_MODE", "")  # set by the variants
ATEN = {"avx512": ("AVX512",), "avx2": ("AVX2",), "sve": ("SVE",)}  # in torch's words; DEFAULT is what all have


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


class Adapter:
    """The operators of PyTorch on the CPU."""

    def in_mode(self, call):
        """The operator as the variant runs it: compiled, or as it is."""
        if MODE != "compile":
            return call
        if call.func == self.corr2d:
            raise Unsupported("torch.compile unrolls the loop over pixels, and compiles two dozen of them for minutes")
        torch.compiler.reset()  # a function that raised, or was compiled for 8 shapes, would from then on run eagerly
        return torch.compile(call, dynamic=False)

    def from_numpy(self, array):
        """A tensor with memory of its own: `torch.from_numpy` alone would share the array's."""
        if array.dtype == ml_dtypes.bfloat16:  # torch has the type, but does not know NumPy's name for it
            return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
        try:
            tensor = torch.from_numpy(array.copy())
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
        gradients = torch.autograd.grad(as_tuple(output)[0], leaves, grad_outputs=cotangent)
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

    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """From scratch: each output is the sum of a window times the kernel."""
        if k.dim() == 4:
            return torch.stack([self.corr2d(x, kernel) for kernel in k])
        if k.dim() == 3:
            return sum(self.corr2d(plane, kernel) for plane, kernel in zip(x, k, strict=True))
        windows = x.unfold(0, k.shape[0], 1).unfold(1, k.shape[1], 1)  # a view (OH, OW, kh, kw): nothing is copied
        rows, columns, _, _ = windows.shape
        y = x.new_zeros(rows, columns)
        for i in range(rows):
            for j in range(columns):
                y[i, j] = (windows[i, j] * k).sum()  # autograd follows assignments into y
        return y

    def convolve2d(self, x, k):
        """torch has no true convolution: its `conv2d` correlates, so the kernel is flipped first."""
        return F.conv2d(x[None, None], k.flip(-2, -1)[None, None])[0, 0]

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        x, padding = _pad_for_conv(x, w.shape[-2:], stride, padding, dilation)
        return F.conv2d(x, w, b, stride, padding, dilation, groups)

    @native("NCHW", kernel="OIHW")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups):
        """`nn.Conv2d`: on the device "meta" it draws no initial weights, which w and b replace at once."""
        x, padding = _pad_for_conv(x, w.shape[-2:], stride, padding, dilation)
        out_channels, in_channels, *kernel_size = w.shape[0], w.shape[1] * groups, *w.shape[2:]
        geometry = kernel_size, stride, padding, dilation, groups
        layer = nn.Conv2d(in_channels, out_channels, *geometry, bias=b is not None, device="meta")
        weights = {"weight": w} if b is None else {"weight": w, "bias": b}
        # load_state_dict would copy the numbers, and gradients would not find the way back to w and b.
        return torch.func.functional_call(layer, weights, x)

    @native("NCHW", kernel="IOHW")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        crop, output_padding = transposed(padding, x.shape[-2:], w.shape[-2:], stride, dilation, output_padding)
        own, rest = _share(crop)  # here torch's padding takes pixels away, as negative pads do in F.pad
        y = F.conv_transpose2d(x, w, b, stride, own, output_padding, groups, dilation)
        return _pad(y, [-pixels for pixels in rest])

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        (top, bottom), (left, right) = padding
        if mode == "symmetric":
            return _mirror(_mirror(x, -2, top, bottom), -1, left, right)
        # F.pad counts from the last axis, and takes a value with the mode constant only.
        return F.pad(x, (left, right, top, bottom), mode, value if mode == "constant" else None)

    # ---- pooling, resampling ---------------------------------------------------------------------

    @native("NCHW")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        pads = explicit(padding, x.shape[-2:], kernel_size, stride, dilation)
        own, rest = _share(pads, most=[taps // 2 for taps in kernel_size])
        if any(rest):
            if ceil_mode:  # what F.pad adds counts as pixels in torch's rule for the last window: spell it out
                rest = _add_ends(rest, _overhangs(x.shape[-2:], kernel_size, stride, dilation, pads))
            x, ceil_mode = F.pad(x, rest, value=-torch.inf), False  # zeros would win over negative pixels
        return F.max_pool2d(x, kernel_size, stride, own, dilation, ceil_mode)

    @native("NCHW")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
        pads = explicit(padding, x.shape[-2:], kernel_size, stride)
        own, rest = _share(pads, most=[taps // 2 for taps in kernel_size])
        if not any(rest):
            return F.avg_pool2d(x, kernel_size, stride, own, ceil_mode, count_include_pad)
        # torch would count what F.pad adds: divide the sum of each window by its own number of pixels,
        # to which the pads contribute if they count, and the overhang of ceil_mode never.
        overhangs = _overhangs(x.shape[-2:], kernel_size, stride, (1, 1), pads) if ceil_mode else (0, 0)
        window_sum = partial(F.avg_pool2d, kernel_size=kernel_size, stride=stride, divisor_override=1)
        sums = window_sum(F.pad(x, _add_ends(rest, overhangs)), padding=own)
        (top, bottom), (left, right) = pads
        # Half precision cannot count beyond 256 or 2048.
        ones = F.pad(torch.ones(1, *x.shape[-2:]), (left, right, top, bottom), value=float(count_include_pad))
        return sums / window_sum(F.pad(ones, _add_ends((0, 0, 0, 0), overhangs))).to(x.dtype)

    @native("NCHW")
    def upsample2d(self, x, *, scale, mode, align_corners):
        # "nearest" is floor(i * (1/scale)) in float32: at scale 41, and many above, it takes the pixel before.
        # "nearest-exact" asks for the middle, (i + 1/2) / scale: the same pixel for whole scales, and safe.
        mode = "nearest-exact" if mode == "nearest" else mode
        # None, not False: torch refuses the flag where the mode has no corners to align.
        return F.interpolate(x, scale_factor=scale, mode=mode, align_corners=align_corners or None)

    def flatten(self, x, *, layout):
        """Everything but the batch, in the order of memory; torch does not ask for the layout."""
        return torch.flatten(x, start_dim=1)

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """A convolution layer without bias learns the kernel that makes y of x."""
        layer = nn.Conv2d(1, 1, kernel_size=tuple(w.shape), bias=False, dtype=w.dtype)
        layer.load_state_dict({"weight": w[None, None]})
        optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
        losses, kernels = w.new_empty(steps), w.new_empty(steps, *w.shape)
        for step in range(steps):
            y_hat = layer(x[None, None])[0, 0]
            error = F.mse_loss(y_hat, y, reduction=loss)
            optimizer.zero_grad()  # backward adds to the gradients that are there
            error.backward()
            optimizer.step()
            losses[step], kernels[step] = error.detach(), layer.weight.detach()[0, 0]
        return losses, kernels

    def lenet5(self, images, labels, *weights, lr, steps):
        """LeNet-5 with rectifiers and max pooling, trained on the one batch."""
        net = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),
            nn.Conv2d(16, 120, kernel_size=5),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(120, 84),
            nn.ReLU(),
            nn.Linear(84, 10),
        ).to(images.dtype)
        net.load_state_dict(dict(zip(net.state_dict(), weights)))  # both in the order of the layers
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        losses = images.new_empty(steps)
        for step in range(steps):
            loss = F.cross_entropy(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[step] = loss.detach()
        return net(images), losses, *net.parameters()


# ---- bridges -------------------------------------------------------------------------------------


def _share(pads, most=(None, None)):
    """Divide pads into torch's own (h, w), the same at both ends and not above `most`, and the rest for `F.pad`."""
    own = [min(pair) if limit is None else min(*pair, limit) for pair, limit in zip(pads, most)]
    (top, bottom), (left, right) = pads
    return own, (left - own[1], right - own[1], top - own[0], bottom - own[0])


def _pad_for_conv(x, kernel_size, stride, padding, dilation):
    """x, already padded where torch cannot, and the padding that is left to the convolution."""
    if padding == "valid" or (padding == "same" and max(stride) == 1):
        return x, padding
    own, rest = _share(explicit(padding, x.shape[-2:], kernel_size, stride, dilation))
    return _pad(x, rest), own


def _pad(x, rest):
    """Zeros around x, or, for negative pads, less of x; without need `F.pad` would make a copy."""
    return F.pad(x, rest) if any(rest) else x


def _mirror(x, axis, before, after):
    """Symmetric padding of one axis: the edge pixel is repeated."""
    head, tail = x.narrow(axis, 0, before), x.narrow(axis, x.shape[axis] - after, after)
    return torch.cat([head.flip(axis), x, tail.flip(axis)], axis)


def _add_ends(rest, overhangs):
    """Pads for `F.pad` with some more at the bottom and on the right."""
    left, right, top, bottom = rest
    return left, right + overhangs[1], top, bottom + overhangs[0]


def _overhangs(size, kernel_size, stride, dilation, pads):
    """Pixels (h, w) by which the last window of ceil_mode sticks out beyond the pads."""
    return [_overhang(*axis) for axis in zip(size, kernel_size, stride, dilation, pads)]


def _overhang(size, kernel_size, stride, dilation, pads):
    room = size + sum(pads) - extent(kernel_size, dilation)
    overhang = -room % stride
    starts_in_padding = room + overhang >= size + pads[0]
    return 0 if starts_in_padding else overhang  # torch drops a window that would start in the end padding
