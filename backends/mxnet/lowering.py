"""From the specification's attributes to MXNet's: pads, windows that npx does not have, and windows too many.

`np` is `mxnet.numpy`. `nd` is the older interface, for the operators that the newer one lacks: `as_nd_ndarray` and
`as_np_ndarray` change the interface of a tensor and not its memory, and gradients pass through.
"""

from mxnet import nd, np

from spec.padding import extent


def with_bias(w, b):
    """The weights that an operator takes: a bias is left out, and `no_bias` set, where there is none."""
    return (w,) if b is None else (w, b)


def pad(x, pads, mode="constant", value=0.0):
    """x (N, C, H, W) padded by ((top, bottom), (left, right)).

    By nd.pad: mx.np.pad ignores `constant_values` (it pads with 0) and has no gradient for the other modes.
    """
    flat = (0, 0, 0, 0, *pads[0], *pads[1])
    return nd.pad(x.as_nd_ndarray(), mode=mode, pad_width=flat, constant_value=value).as_np_ndarray()


def pad_first(x, pads, value=0.0):
    """x, and the (h, w) pads left to the operator: npx pads both ends alike, so unequal pads are added here."""
    (top, bottom), (left, right) = pads
    if top == bottom and left == right:
        return x, (top, left)
    return pad(x, pads, value=value), (0, 0)


def pad_output(x, extra, stride, dilation):
    """x, and the output padding left to `adj`, which must be less than the stride.

    Where it is not, but is less than the dilation, zero pixels after the end of x make the room.
    """
    axes = zip(extra, stride, dilation)
    zeros = [pixels // step if 0 < step <= pixels < rate else 0 for pixels, step, rate in axes]
    adj = [pixels - count * step for pixels, count, step in zip(extra, zeros, stride)]
    return (pad(x, ((0, zeros[0]), (0, zeros[1]))) if any(zeros) else x), adj


def convention(ceil_mode):
    """How npx.pooling rounds the number of windows: down for "valid", up for "full"."""
    return "full" if ceil_mode else "valid"


def taps_side_by_side(x, pads, kernel_size, stride, dilation, ceil_mode):
    """(N, C, OH*kh, OW*kw): the pixels of all windows side by side, -inf where they lie outside x."""
    overhang = [step - 1 if ceil_mode else 0 for step in stride]  # what a last, partial window may lack
    x = pad(x, [(before, after + more) for (before, after), more in zip(pads, overhang)], value=-np.inf)
    for axis, kernel, step, rate in zip((2, 3), kernel_size, stride, dilation):
        starts = np.arange(0, x.shape[axis] - extent(kernel, rate) + 1, step)
        x = x.take((starts[:, None] + np.arange(kernel) * rate).reshape(-1), axis=axis)
    return x


def windows_begin_beyond_end(x, pads, kernel_size, stride):
    """Whether "full" makes a last window that begins in the padding after the end."""
    axes = zip(x.shape[-2:], pads, kernel_size, stride)
    return any(-(-(size + sum(ends) - taps) // step) * step >= size + ends[0] for size, ends, taps, step in axes)


def drop_windows_beyond_end(y, x, pads, stride):
    """y without such windows: ONNX and torch do not make them."""
    height, width = [-(-(size + ends[0]) // step) for size, ends, step in zip(x.shape[-2:], pads, stride)]
    return y[:, :, :height, :width]
