"""PyTorch: images NCHW, kernels OIHW, and a functional form (`F.conv2d`) of every layer (`nn.Conv2d`).

What torch lacks most often, and what stands in its place here (`lowering.py`):

- Pads are one number per axis, the same at both ends, and for pooling at most half the window.
  `share` gives torch what it takes; the rest is put on with `F.pad` before the operator.
- "same" exists for convolutions of stride 1 alone, "same_lower" and "full" nowhere: explicit pads.

On the CPU float16 and bfloat16 work everywhere below.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import native
from backends.torch.activations import ACTIVATIONS
from backends.torch.lenet5 import network
from backends.torch.lowering import mirror, pad, pad_first, share
from backends.torch.runtime import Runtime
from spec.padding import explicit, longer, overhangs, transposed


class Adapter(Runtime):
    """The operators of PyTorch on the CPU."""

    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """Calls `Tensor.unfold` for the windows, and sums each times the kernel: from scratch."""
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
        """Calls `F.conv2d`.
        Lacks a true convolution (`conv2d` correlates), and so the kernel is flipped first instead.
        """
        return F.conv2d(x[None, None], k.flip(-2, -1)[None, None])[0, 0]

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Calls `F.conv2d`.
        Lacks unequal pads, and "same" with a stride, and so `F.pad` puts on what is missing instead.
        """
        x, padding = pad_first(x, w.shape[-2:], stride, padding, dilation)
        return F.conv2d(x, w, b, stride, padding, dilation, groups)

    @native("NCHW", kernel="OIHW")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, padding_mode):
        """Calls `nn.Conv2d`.
        Lacks unequal pads, and "same" with a stride, and so `F.pad` puts on what is missing instead.
        """
        x, padding = pad_first(x, w.shape[-2:], stride, padding, dilation, padding_mode)
        out_channels, in_channels, *kernel_size = w.shape[0], w.shape[1] * groups, *w.shape[2:]
        geometry = kernel_size, stride, padding, dilation, groups
        # On the device "meta" it draws no initial weights, which w and b would replace at once.
        layer = nn.Conv2d(in_channels, out_channels, *geometry, b is not None, padding_mode, device="meta")
        weights = {"weight": w} if b is None else {"weight": w, "bias": b}
        # load_state_dict would copy the numbers, and gradients would not find the way back to w and b.
        return torch.func.functional_call(layer, weights, x)

    @native("NCHW", kernel="IOHW")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        """Calls `F.conv_transpose2d`, whose padding takes pixels away.
        Lacks unequal crops, and so negative pads take away the rest instead.
        """
        crop, output_padding = transposed(padding, x.shape[-2:], w.shape[-2:], stride, dilation, output_padding)
        own, rest = share(crop)
        y = F.conv_transpose2d(x, w, b, stride, own, output_padding, groups, dilation)
        return pad(y, [(-start, -end) for start, end in rest])

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        """Calls `F.pad`.
        Lacks the mode "symmetric", and so the mirrored edges are concatenated instead.
        """
        (top, bottom), (left, right) = padding
        if mode == "symmetric":
            return mirror(mirror(x, -2, top, bottom), -1, left, right)
        # F.pad counts from the last axis, and takes a value with the mode constant only.
        return F.pad(x, (left, right, top, bottom), mode, value if mode == "constant" else None)

    @native("NCHW")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """Calls `F.max_pool2d`.
        Lacks unequal pads, and pads above half the window, and so `F.pad` puts on what is missing instead.
        """
        geometry = x.shape[-2:], kernel_size, stride, dilation
        pads = explicit(padding, *geometry)
        own, rest = share(pads, most=[taps // 2 for taps in kernel_size])
        if any(map(any, rest)):
            # What F.pad adds counts as pixels in torch's rule for the last window: spell that window out.
            rest, ceil_mode = longer(rest, overhangs(*geometry, pads, ceil_mode)), False
            x = pad(x, rest, -torch.inf)  # zeros would win over negative pixels
        return F.max_pool2d(x, kernel_size, stride, own, dilation, ceil_mode)

    @native("NCHW")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        """Calls `F.avg_pool2d`.
        Lacks unequal pads, and would count those of `F.pad`, and so sums are divided by counts of pixels instead.
        """
        geometry = x.shape[-2:], kernel_size, stride, (1, 1)
        pads = explicit(padding, *geometry)
        own, rest = share(pads, most=[taps // 2 for taps in kernel_size])
        if not any(map(any, rest)):
            return F.avg_pool2d(x, kernel_size, stride, own, ceil_mode, count_include_pad, divisor_override)
        # Pads contribute to the number of pixels if they count, the overhang of ceil_mode never does.
        beyond = overhangs(*geometry, pads, ceil_mode)
        window_sum = partial(F.avg_pool2d, kernel_size=kernel_size, stride=stride, divisor_override=1)
        sums = window_sum(pad(x, longer(rest, beyond)), padding=own)
        if divisor_override is not None:
            return sums / divisor_override
        ones = pad(torch.ones(1, *x.shape[-2:]), pads, float(count_include_pad))  # float16 cannot count beyond 2048
        return sums / window_sum(pad(ones, longer(((0, 0), (0, 0)), beyond))).to(x.dtype)

    @native("NCHW")
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Calls `F.interpolate`."""
        # "nearest" is floor(i * (1/scale)) in float32: at scale 41, and many above, it takes the pixel before.
        # "nearest-exact" asks for the middle, (i + 1/2) / scale: the same pixel for whole scales, and safe.
        mode = "nearest-exact" if mode == "nearest" else mode
        # None, not False: torch refuses the flag where the mode has no corners to align.
        return F.interpolate(x, scale_factor=scale, mode=mode, align_corners=align_corners or None)

    def flatten(self, x, *, layout):
        """Calls `torch.flatten` for all but the batch: the order of memory, whatever the layout."""
        return torch.flatten(x, start_dim=1)

    # ---- layers of a network ---------------------------------------------------------------------

    def activation(self, x, *, kind, slope, axis):
        """Calls the function of that name (`activations.py`): `F.relu`, `F.gelu`, `F.softmax`, and so on."""
        return ACTIVATIONS[kind](x, slope, axis)

    @native(kernel="OI")
    def dense(self, x, w, b=None):
        """Calls `F.linear`."""
        return F.linear(x, w, b)

    @native("NCHW")
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `F.batch_norm`, which writes into the running statistics.
        Lacks the biased variance, and so it is scaled back from the unbiased one that was kept instead.
        """
        mean, kept = mean.detach().clone(), variance.detach().clone()
        y = F.batch_norm(x, mean, kept, scale, shift, training, momentum, epsilon)
        if training and not unbiased:
            count, old = x.numel() // x.shape[1], (1 - momentum) * variance.detach()
            kept = old + (kept - old) * ((count - 1) / count)
        return y, mean, kept

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `nn.Conv2d` without bias, `F.mse_loss` and `torch.optim.SGD`."""
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
        """Calls the layers of `lenet5.py`, `F.cross_entropy` and `torch.optim.SGD`."""
        c5 = nn.Conv2d(16, 120, kernel_size=5), nn.Flatten()
        net = network(c5, weights, images.dtype)
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        losses = images.new_empty(steps)
        for step in range(steps):
            loss = F.cross_entropy(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[step] = loss.detach()
        return net(images), losses, *net.parameters()
