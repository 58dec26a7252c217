"""Where MXNet differs in some of its modes alone: without oneDNN."""

import numpy as np

from backends import other_cases as others
from backends.instead import Defined, Gives
from backends.known import bug, convention
from backends.mxnet.ledger.default_mode import CONVOLUTIONS, POOLS, interleaved, interleaves
from spec.cases import predicates


def _accepts_empty(case):
    """A kernel without taps is refused."""
    return bool(predicates.empty(case)) and (case.op == "flatten" or 0 not in predicates.window(case))


LEDGER = [
    bug(
        id="deconvolution-with-stride-and-dilation-in-float32",
        operators=("conv_transpose2d",),
        when=lambda case: case.dtype == np.float32 and interleaves(case),
        what="Without oneDNN npx.deconvolution puts kernel taps to wrong places in float32 as well where stride and "
        "dilation of an axis are both above 1. Gradients are right.",
        why="The function of mshadow that adds the copies up does not reckon with dilation.",
        link="apache/mxnet#11203",
        variants=("no-mkldnn",),
        instead=Defined(interleaved),
    ),
    convention(
        id="empty-axes",
        operators=(*CONVOLUTIONS, "conv_transpose2d", *POOLS, "flatten"),
        when=_accepts_empty,
        what="Images without a batch, without channels or without pixels give results without them; a convolution of "
        "no channels gives zeros. oneDNN refuses them, when the values are read.",
        why="Nothing is computed, so nothing is checked, and the sum of nothing is 0.",
        variants=("no-mkldnn",),
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="negative-even-pads-crop",
        operators=CONVOLUTIONS,
        when=lambda case: predicates.pads_are_negative(case) and predicates.pads_are_equal(case),
        what="npx.convolution takes negative pads and crops the image. oneDNN refuses them.",
        why="The image is laid out in columns, and what a pad of -1 leaves out is never read.",
        variants=("no-mkldnn",),
        instead=Gives(others.cropped),
    ),
]
