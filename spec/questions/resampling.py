"""Resizing images: which pixel is the nearest, where the centres of pixels are, and smoothing of smaller images.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, and the result loses them again:

resize.nearest  x (1, 3) -> y (1, 5): resized to (1, 5) by the method called "nearest"
resize.bilinear  x (1, 4) -> y (1, 8): resized to (1, 8), bilinear, with no other argument
resize.antialias  x (1, 8) -> y (1, 4): resized to (1, 4), bilinear, with no other argument
resize.cubic  x (1, 4) -> y (1, 8): resized to (1, 8), bicubic, with no other argument
resize.method  x (1, 2) -> y (1, 4): resized to (1, 4) (or scaled by (1, 2)) with no argument for the method
"""

import numpy as np

from spec.ops import upsample2d
from spec.questions.predictions import f32
from spec.questions.question import REFUSES, Question

THREE, FOUR, TWO = f32([[0, 1, 2]]), f32([[0, 1, 2, 3]]), f32([[0, 1]])
IMPULSE, STEP = f32([[8, 0, 0, 0, 0, 16, 0, 0]]), f32([[0, 0, 1, 4]])


def nearest(rule: str) -> np.ndarray:
    """THREE read at five places."""
    i = np.arange(5)
    places = {
        "floor": np.floor(i * 3 / 5),
        "centre": np.floor((i + 0.5) * 3 / 5),
        "corners": np.floor(i * 2 / 4 + 0.5),
    }
    return THREE[:, places[rule].astype(int)]


def bilinear(x: np.ndarray, align_corners: bool = False) -> np.ndarray:
    """x (1, W) upsampled to (1, 2*W)."""
    attrs = {"scale": (1, 2), "mode": "bilinear", "align_corners": align_corners}
    return upsample2d.reference(x[None, None], **attrs)[0, 0]


def linear(x: np.ndarray, places: np.ndarray, width: float = 1.0) -> np.ndarray:
    """x (1, W) read at fractional places, by triangles that reach `width` pixels to each side; weights sum to 1."""
    weights = np.maximum(0, 1 - abs(places[:, None] - np.arange(x.shape[1])) / width)
    return f32(x @ (weights / weights.sum(1, keepdims=True)).T)


def cubic(x: np.ndarray, a: float, edges: str, shift: float = 0.25) -> np.ndarray:
    """x (1, W) upsampled to (1, 2*W) by the cubic kernel of Keys (1981) with the parameter a, read at i/2 - shift.

    Beyond the edges the last pixel is repeated ("repeated"), or the weights there are left out ("left out").
    """
    places = np.arange(2 * x.shape[1]) / 2 - shift
    taps = np.arange(-3, x.shape[1] + 3)
    d = abs(places[:, None] - taps)
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
    weights = np.where(d <= 1, near, np.where(d < 2, far, 0))
    if edges == "repeated":
        return f32(x[:, np.clip(taps, 0, x.shape[1] - 1)] @ weights.T)
    weights = weights[:, 3:-3]
    return f32(x @ (weights / weights.sum(1, keepdims=True)).T)


HALVED = 2 * np.arange(4) + 0.5

QUESTIONS = [
    Question(
        "resize.nearest",
        "Which pixel is the nearest when 3 pixels become 5?",
        {
            "floor(i * 3/5): left edges": nearest("floor"),
            "floor((i + 1/2) * 3/5): centres": nearest("centre"),
            "round(i * 2/4): corners": nearest("corners"),
            REFUSES: REFUSES,
        },
        "For a whole factor every pixel is repeated, and most rules agree. For other factors the result depends on "
        "whether left edges, centres or corners of the pixels are compared.",
        "PyTorch's nearest-exact is the rule of the centres. Elsewhere compute the indices and index the image.",
        {"x": THREE},
    ),
    Question(
        "resize.bilinear",
        "Where does bilinear upsampling read the image?",
        {
            "half-pixel: edges agree": bilinear(FOUR),
            "corners agree": bilinear(FOUR, True),
            "left edges: i/2": linear(FOUR, np.minimum(np.arange(8) / 2, 3)),
            REFUSES: REFUSES,
        },
        "If pixels are areas, the edges of the two images agree and the centres are at halves. If pixels are points, "
        "the first and the last ones agree (align_corners). Both results look right, but their values differ.",
        "Name align_corners, or half_pixel_centers, in every call.",
        {"x": FOUR},
    ),
    Question(
        "resize.antialias",
        "Does bilinear resizing smooth an image that becomes smaller?",
        {
            "no: two pixels are read": linear(IMPULSE, HALVED),
            "yes: the triangle grows": linear(IMPULSE, HALVED, 2.0),
            "no, corners agree": linear(IMPULSE, np.arange(4) * 7 / 3),
            "no, left edges: 2i": linear(IMPULSE, 2.0 * np.arange(4)),
            REFUSES: REFUSES,
        },
        "Bilinear reading weighs the two nearest pixels along each axis, however far apart the places are, so pixels "
        "between the places are lost. Antialiasing makes the weights wider, by the same factor by which the image "
        "becomes smaller.",
        "Name antialias=True or False in every call.",
        {"x": IMPULSE},
    ),
    Question(
        "resize.cubic",
        "Which cubic does bicubic upsampling use, and what does it do at the edges?",
        {f"a = {a}, edges {edges}": cubic(STEP, a, edges) for a in (-0.5, -0.75) for edges in ("repeated", "left out")}
        | {"a = -0.75, left edges: i/2": cubic(STEP, -0.75, "repeated", 0), REFUSES: REFUSES},
        "Bicubic reading weighs four pixels along each axis by a curve with one free parameter a (Keys, 1981): -0.5 "
        "reproduces parabolas, -0.75 is sharper. At the edges either the last pixel is repeated, or the weights "
        "outside the image are left out and the others are divided by their sum.",
        "PyTorch has a = -0.5 with antialias=True, also when it enlarges; JAX has PyTorch's default as the method "
        "cubic-pytorch with antialias=False. Elsewhere multiply by your own matrix of weights.",
        {"x": STEP},
    ),
    Question(
        "resize.method",
        "Which method does resizing use by default?",
        {"nearest": f32([[0, 0, 1, 1]]), "bilinear": bilinear(TWO), REFUSES: REFUSES},
        "Nearest repeats pixels, bilinear mixes them. The calls named resize or upsample use different methods in "
        "different frameworks.",
        "Name the method in every call.",
        {"x": TWO},
    ),
]
