"""Where PyTorch differs in some of its modes alone: compiled by torch.compile."""

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends.instead import Defined, Gives, Other, Says
from backends.known import bug, convention, lacking, numeric
from spec.cases import predicates


def _is_shared_overhang(case):
    """F.avg_pool2d gets the pads itself, and a window that hangs over by ceil_mode, whose pads count."""
    attrs, pads = case.attrs, predicates.pads(case)
    own = predicates.pads_are_equal(case) and all(
        ends[0] <= taps // 2 for ends, taps in zip(pads, predicates.window(case))
    )
    return attrs["count_include_pad"] and own and any(predicates.overhang(case))


def _with_the_bias_added_after(case):
    return Other(others.promoted(case), dtype="float64", computed="float32")


LEDGER = [
    lacking(
        id="loop-over-pixels",
        operators=("corr2d",),
        when=lambda case: True,
        what="The correlation from scratch is not compiled.",
        why="torch.compile unrolls the loop over pixels: two dozen of them take minutes.",
        variants=("compile",),
        instead=Says("torch.compile unrolls the loop over pixels"),
    ),
    bug(
        id="average-pool-gradient-at-the-overhang",
        operators=("avg_pool2d",),
        part="gradient",
        when=_is_shared_overhang,
        what="With ceil_mode and count_include_pad the gradient at the overhang is divided by the whole window, the "
        "output by the part of it that counts: 1/4 instead of 1 in the corner of 3x3 with windows of 2x2.",
        why="Inductor's own avg_pool2d_backward divides by kH * kW wherever pads count.",
        link="pytorch/pytorch#198119",
        variants=("compile",),
        instead=Defined(definitions.mean_by_window),
    ),
    convention(
        id="bias-of-another-dtype",
        operators=("conv2d",),
        when=lambda case: (
            predicates.is_mixed(case) and "b" in case.inputs and case.inputs["x"].dtype == case.inputs["w"].dtype
        ),
        what="A bias in float64 makes the result float64 where the padding is a word; with numbers it is refused.",
        why="Inductor computes the convolution without the bias, and adds it by an operator that promotes types. For a "
        "word torch does not compare the dtypes of image and bias before.",
        variants=("compile",),
        instead=Gives(_with_the_bias_added_after),
    ),
    convention(
        id="resized-to-no-rows",
        operators=("upsample2d",),
        when=lambda case: 0 in predicates.image(case),
        what="An image without rows is resized to one without rows; eager it is refused.",
        why="Inductor has the operator written out in others, which look at no sizes: nothing is computed.",
        variants=("compile",),
        instead=Gives(others.result_of_nothing),
    ),
    numeric(
        id="bilinear-infinity",
        operators=("upsample2d",),
        when=lambda case: case.attrs["mode"] == "bilinear" and bool(np.isinf(predicates.first(case)).any()),
        what="Around an infinite pixel bilinear upsampling gives NaN, where weights times pixels are infinite.",
        why="Inductor has the operator written out as a + (b - a) * t: with a infinite that is inf - inf.",
        variants=("compile",),
        instead=Defined(definitions.bilinear_by_differences),
    ),
]
