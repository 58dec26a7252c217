"""From the specification's attributes to torch's: pads in two parts, mirrored edges."""

import torch
import torch.nn.functional as F

from spec.padding import explicit


def share(pads, most=(None, None)):
    """Divide pads into torch's own (h, w), the same at both ends and not above `most`, and the rest, pairs again."""
    own = [min(pair) if limit is None else min(*pair, limit) for pair, limit in zip(pads, most)]
    return own, tuple((start - both, end - both) for (start, end), both in zip(pads, own))


def pad_first(x, kernel_size, stride, padding, dilation, mode="zeros"):
    """x, already padded where a convolution of torch cannot, and the padding that is left to it."""
    if padding == "valid" or (padding == "same" and max(stride) == 1):
        return x, padding
    pads = explicit(padding, x.shape[-2:], kernel_size, stride, dilation)
    own, rest = share(pads)
    if mode != "zeros" and any(map(any, rest)):  # what is mirrored must not be padded twice
        (top, bottom), (left, right) = pads
        return F.pad(x, (left, right, top, bottom), mode), (0, 0)
    return pad(x, rest), own


def pad(x, pads, value=0.0):
    """x (N, C, H, W) with pads ((top, bottom), (left, right)), or, for negative ones, less of x."""
    (top, bottom), (left, right) = pads
    if not any((top, bottom, left, right)):
        return x  # F.pad would make a copy
    return F.pad(x, (left, right, top, bottom), value=value)  # it counts from the last axis


def mirror(x, axis, before, after):
    """Symmetric padding of one axis: the edge pixel is repeated."""
    head, tail = x.narrow(axis, 0, before), x.narrow(axis, x.shape[axis] - after, after)
    return torch.cat([head.flip(axis), x, tail.flip(axis)], axis)
