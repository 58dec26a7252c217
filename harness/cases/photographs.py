"""Real images as cases: a photograph, and handwritten digits for LeNet-5.

Both come with scikit-learn, whose folder is found without importing it. The photograph (427x640 pixels, red,
green, blue) is cropped and averaged to 48x64, the digits (8x8) are enlarged to 28x28, by the operators of the
specification themselves. Random numbers have no edges, no flat areas and no equal neighbours; photographs do.

Pixels are whole numbers from 0 to 255, for which every filter below must be exact, and reals from 0 to 1.
"""

import functools
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from spec.cases.single import stated
from spec.core import Case
from spec.errors import UserError
from spec.layouts import convert
from spec.numerics import lenet_arithmetic
from spec.ops import avg_pool2d, pad2d, upsample2d
from spec.registry import operators

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
BLUR = np.outer([1, 2, 1], [1, 2, 1]) / 16
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
LINEAR = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16  # linear interpolation, as a transposed convolution of stride 2
GREY = np.array([0.299, 0.587, 0.114])  # luma of ITU-R BT.601
ONE_PIXEL = [[1, 1], [1, 1]]


def cases() -> Iterator[Case]:
    """All cases with real images. Raises `UserError` where scikit-learn is missing."""
    for tier, x in (("integers", china()), ("reals", china() / 255)):
        yield from photo(tier, x.astype("f4"))
    yield from lessons()
    yield digits()


def photo(tier: str, x: np.ndarray) -> Iterator[Case]:
    """Filters, poolings, pads and enlargements of the image x (1, 3, 48, 64)."""
    detail = x[:, :, 8:24, 20:40]  # what grows, and what has its gradient read off pixel by pixel

    def case(name: str, op: str, why: str, image=x, w=None, layout="NCHW", **attrs) -> Case:
        inputs = {"x": convert(image, "NCHW", layout)}
        attrs["layout"] = layout
        if w is not None:
            own = operators()[op].kernel_layout
            attrs["kernel_layout"] = own if layout == "NCHW" else own[2:] + own[1::-1]  # OIHW, HWIO; IOHW, HWOI
            inputs["w"] = convert(w.astype("f4"), own, attrs["kernel_layout"])
        return stated(f"photo/{name}/{tier}", op, why, inputs, attrs, tier=tier)

    sobel = np.array([[SOBEL], [SOBEL.T]] * 3)
    why = "Sobel's vertical and horizontal edges of each colour: six results of three groups"
    yield case("edges", "conv2d", why, w=sobel, groups=3, padding="same")
    yield case("edges-nhwc", "conv2d", why, w=sobel, groups=3, padding="same", layout="NHWC")
    why = "a binomial blur of each colour, before every second pixel is dropped"
    yield case("blur", "conv2d", why, w=np.array([[BLUR]] * 3), groups=3, padding=ONE_PIXEL, stride=[2, 2])
    why = "a sharpened image; each result takes one colour of three, without groups"
    yield case("sharpen", "conv2d_layer", why, w=np.einsum("oi,hw->oihw", np.eye(3), SHARPEN), padding="same")
    why = "the brightest pixel of each window; equal neighbours abound"
    yield case("max-pool", "max_pool2d", why, kernel_size=[3, 3], stride=[2, 2], padding=ONE_PIXEL)
    yield case("max-pool-nhwc", "max_pool2d", why, kernel_size=[3, 3], stride=[2, 2], layout="NHWC")
    yield case("avg-pool", "avg_pool2d", "a detail reduced to a sixteenth", detail, kernel_size=[4, 4])
    why = "a seamless border: mirrored at the edge pixels"
    yield case("pad-reflect", "pad2d", why, detail, padding=[[5, 3], [2, 7]], mode="reflect")
    why = "a tile: the right border continues at the left one"
    yield case("pad-circular-nhwc", "pad2d", why, detail, padding=[[5, 3], [2, 7]], mode="circular", layout="NHWC")
    yield case("upsample-nearest", "upsample2d", "a detail in large pixels", detail, scale=[3, 2])
    why = "a smooth detail, twice and four times as large"
    yield case("upsample", "upsample2d", why, detail, scale=[2, 4], mode="bilinear")
    yield case("upsample-nhwc", "upsample2d", why, detail, scale=[2, 4], mode="bilinear", layout="NHWC")
    why = "linear interpolation by a transposed convolution: each pixel spreads over 4x4"
    spread = np.einsum("io,hw->iohw", np.eye(3), LINEAR)
    yield case("transposed", "conv_transpose2d", why, detail, w=spread, stride=[2, 2], padding=ONE_PIXEL)
    yield case("transposed-nhwc", "conv_transpose2d", why, detail, w=spread, stride=[2, 2], layout="NHWC")


def lessons() -> Iterator[Case]:
    """Grey values, window by window, and a filter found again from what it did to a photograph."""
    grey = np.tensordot(GREY, china()[0] / 255, 1)
    x, w = (china() / 255).astype("f4"), GREY.reshape(1, 3, 1, 1).astype("f4")
    yield stated("photo/grey", "conv2d", "a 1x1 convolution mixes colours", {"x": x, "w": w}, tier="reals")
    patch = grey[10:22, 24:38].astype("f4")
    why = "Sobel's edges, window by window"
    yield stated("photo/correlation", "corr2d", why, {"x": patch, "k": SOBEL.astype("f4")}, tier="reals")
    operator = operators()["corr2d"]
    inputs = {"x": patch, "y": operator.reference(patch, SOBEL.astype("f4")), "w": np.zeros((3, 3), "f4")}
    why = "Sobel's kernel learned from a photograph and its edges: bright, smooth images teach slowly"
    attrs = {"lr": 0.15, "steps": 8, "loss": "mean"}
    yield stated("photo/learn-kernel", "learn_kernel", why, inputs, attrs, tier="reals")


def digits(count: int = 8, seed: int = 0) -> Case:
    """LeNet-5 on handwritten digits, enlarged from 8x8 to 28x28: five steps, in which the loss falls."""
    rows = np.loadtxt(_data("datasets/data/digits.csv.gz"), delimiter=",", max_rows=count)
    images = rows[:, :64].reshape(count, 1, 8, 8) / 16
    images = upsample2d.reference(images, scale=[3, 3], mode="bilinear", align_corners=False)
    images = pad2d.reference(images, padding=[[2, 2], [2, 2]], mode="constant", value=0.0)
    images = (images - images.mean()) / images.std()
    inputs = {"images": images.astype("f4"), "labels": rows[:, 64].astype("i8")}
    random = np.random.default_rng(seed)
    for (
        name,
        shape,
    ) in lenet_arithmetic.SHAPES.items():  # He and others (arXiv:1502.01852): variance 2/fan_in before a ReLU
        spread = np.sqrt(2 / np.prod(shape[1:])) if name.endswith("_w") else 0.0
        inputs[name] = (random.standard_normal(shape) * spread).astype("f4")
    why = "handwritten digits teach LeNet-5: real images, the loss falls in every step"
    return stated("digits/lenet5", "lenet5", why, inputs, {"lr": 0.05, "steps": 5}, tier="reals")


@functools.cache
def china() -> np.ndarray:
    """The photograph of a Chinese palace, (1, 3, 48, 64), whole numbers 0 .. 255: means of blocks of 8x8."""
    from PIL import Image

    with Image.open(_data("datasets/images/china.jpg")) as image:
        pixels = np.asarray(image.convert("RGB"), np.float64)[21:405, 64:576]
    blocks = {"kernel_size": [8, 8], "stride": None, "padding": "valid", "ceil_mode": False, "count_include_pad": False}
    return np.rint(avg_pool2d.reference(convert(pixels[None], "NHWC", "NCHW"), **blocks))


def _data(name: str) -> Path:
    """A file of scikit-learn, which is not imported: that would cost a second."""
    found = importlib.util.find_spec("sklearn")
    path = Path(found.origin).parent / name if found and found.origin else Path()
    if not path.is_file():
        raise UserError(f"scikit-learn's {name} is not here; run: python -m pip install -r requirements.txt")
    return path
