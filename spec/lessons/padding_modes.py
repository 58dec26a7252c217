"""Modes of padding: what stands beyond the edge, and what the modes are called."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.windows import numbers

IMAGE = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
SIDES = ((0, 0), (2, 2))
MODES = ("constant", "reflect", "symmetric", "replicate", "circular")


def pad(mode: str) -> np.ndarray:
    """Two columns on each side (1, 1, 2, 8)."""
    return operators()["pad2d"].reference(IMAGE[None, None], padding=SIDES, mode=mode, value=0.0)


def _equal() -> str:
    ends = {mode: pad(mode)[..., :1, 1:7].tolist() for mode in MODES}
    same = [mode for mode in MODES if ends[mode] == ends["symmetric"] and mode != "symmetric"]
    return f"symmetric and {' and '.join(same)}: they differ from the second pixel on."


def _widest() -> str:
    return f"{IMAGE.shape[1] - 1} for reflect, which does not repeat the edge, and {IMAGE.shape[1]} for symmetric."


LESSON = Lesson(
    name="padding-modes",
    title="Padding modes and their names",
    seeds=(
        Seed("Convolutions (filters, PyTorch)", "Padding"),
        Seed("Convolutions (upsampling, transposed)", "Padding"),
    ),
    intro=(
        "Two columns are added on each side of a row 1 2 3 4. What stands there is the **mode**: zeros, the edge "
        "repeated, the image mirrored or wrapped around.",
        "There are two mirrors, with the edge pixel and without it, and not every framework has both. The same mode "
        "also has several names: edge or replicate, wrap or circular.",
    ),
    predict="Mode reflect: does the row begin with 3 2 1 2 or with 2 1 1 2?",
    choices=("3 2 1 2", "2 1 1 2"),
    inputs={"x": Input(IMAGE[None, None], "image")},
    truth=lambda: pad("reflect"),
    ways={
        "reflect": Way("mirrored, without repeating the edge"),
        "constant": Way("zeros", "padding.modes", lambda: pad("constant")),
        "symmetric": Way("mirrored, the edge repeated", "padding.modes", lambda: pad("symmetric")),
        "replicate": Way("the edge again and again", "padding.modes", lambda: pad("replicate")),
        "circular": Way("wrapped around", "padding.modes", lambda: pad("circular")),
    },
    questions=("padding.modes", "padding.reflect", "padding.order", "padding.negative", "padding.reflect.gradient"),
    cases=("pad2d/reflect-widest", "seed/pad-reflect"),
    printed=("seed/pad-*",),
    operator="pad2d",
    attrs={"padding": [[0, 0], [2, 2]], "mode": "reflect"},
    exercises=(
        Exercise("What is the first row in the mode circular?", lambda: f"{numbers(pad('circular')[0, 0, 0])}."),
        Exercise("Which two modes agree as long as one pixel is added?", _equal),
        Exercise("How many columns can be added to four by mirroring once?", _widest),
    ),
    takeaways=(
        "PyTorch has no symmetric, TensorFlow no replicate and no circular; NumPy and JAX have all, as edge and wrap.",
        "PyTorch counts pads from the last axis: (left, right, top, bottom).",
    ),
)
