"""Faults of padding, upsampling and flattening, and layouts misread."""

import dataclasses

import numpy as np

from tests.spec.laws.faults.law import fault


@fault("pad2d", "borders")
def repeats_the_edge(right, x, *, mode, **attrs):
    return right(x, mode={"reflect": "symmetric"}.get(mode, mode), **attrs)


@fault("pad2d", "borders", "circular-images")
def goes_round_wrongly(right, x, *, mode, **attrs):
    return right(x, mode={"circular": "replicate"}.get(mode, mode), **attrs)


@fault("pad2d", "padding-is-no-maximum")
def ignores_the_value(right, x, *, value, **attrs):
    return right(x, value=0.0, **attrs)


@fault("pad2d", "the-image-stays", "padding-gradient", "counted-padding", "padding-first")
def swaps_the_ends(right, x, *, padding, **attrs):
    return right(x, padding=[ends[::-1] for ends in padding], **attrs)


@fault("pad2d", "pads-add-up", "borders")
def repeats_another_row(right, x, *, mode, padding, **attrs):
    if mode != "replicate":
        return right(x, mode=mode, padding=padding, **attrs)
    y = right(x, mode=mode, padding=padding, **attrs)
    y[:, :, : padding[0][0]] = y[:, :, 2 * padding[0][0] : 2 * padding[0][0] + 1]
    return y


@fault("pad2d", "rows-then-columns", "constants")
def leaves_corners_empty(right, x, *, padding, **attrs):
    y = right(x, padding=padding, **attrs)
    if min(map(max, padding)) > 0:
        y[:, :, : padding[0][0], y.shape[3] - padding[1][1] :] = 7
    return y


@fault("pad2d", "padding-gradient", gradient=True)
def adds_borders_to_the_edge(slopes, c, x, *, padding, **attrs):
    slopes["x"][:, :, 0] += c[:, :, : padding[0][0], : x.shape[3]].sum(axis=2)
    return slopes


@fault("upsample2d", "upsampling", "upsampling-undone", "upsampling-gradient", "mirroring")
def rounds_up(right, x, *, mode, scale, **attrs):
    y = right(x, mode=mode, scale=scale, **attrs)
    return np.concatenate([y[:, :, 1:], y[:, :, -1:]], axis=2) if mode == "nearest" else y


@fault("upsample2d", "mirroring")
def forgets_half_a_pixel(right, x, *, mode, scale, **attrs):
    y = right(x, mode=mode, scale=scale, **attrs)
    return y if mode == "nearest" else np.concatenate([y[..., 1:], y[..., -1:]], axis=3)


@fault("upsample2d", "constants")
def fades_at_the_border(right, x, *, mode, scale, **attrs):
    y = right(x, mode=mode, scale=scale, **attrs)
    return y if mode == "nearest" else y * np.where(np.arange(y.shape[3]) < 1, 0.75, 1).astype(y.dtype)


@fault("flatten", "flatten-order", "unrolled-kernel")
def runs_down_columns(right, x, **attrs):
    return x.reshape(len(x), -1, order="F")


@fault("flatten", "flatten-order")
def always_channels_first(right, x, *, layout):
    return right(x.transpose(0, 3, 1, 2) if layout == "NHWC" else x, layout=layout)


# Layouts are no business of a reference: here the case itself is misread


def images_read_as_channels_first(case):
    """A framework that is told NHWC and takes height for channels: the shapes must happen to fit."""
    if case.op == "avg_pool2d" and case.attrs["layout"] == "NHWC":
        x = case.inputs["x"]
        mixed = x.reshape(x.shape[0], x.shape[3], x.shape[1], x.shape[2]).transpose(0, 2, 3, 1)
        return dataclasses.replace(case, inputs={"x": np.ascontiguousarray(mixed)})
    return case


def kernels_misread(case):
    """A framework that takes OHWI for IHWO where both channel counts fit."""
    if case.attrs.get("kernel_layout") == "OHWI" and case.op == "conv2d":
        w = case.inputs["w"]
        return dataclasses.replace(case, inputs={**case.inputs, "w": np.ascontiguousarray(w[:, ::-1])})
    return case


def weights_never_turned(case):
    """Dense weights taken as OI, whatever they are."""
    return dataclasses.replace(case, attrs={**case.attrs, "kernel_layout": "OI"})


MISREADINGS = {
    "layout": images_read_as_channels_first,
    "kernel-layout": kernels_misread,
    "both-ways-round": weights_never_turned,
}
