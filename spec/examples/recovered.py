"""Random weights that the seed documents do not print, recovered from what they print.

Learning a kernel (documents 000, 001, 003). With K = [1, -1], the kernel that made y, a step of gradient
descent on the summed squares is affine in w,

    w' - K = (I - 2*lr*X'X) (w - K)         (X: the window of each output in a row)

so the printed final kernel leads back to the random first one. From there the same loop prints the same losses.

Layers with random weights (document 002). A layer of one filter of 3x3 with bias has 10 unknowns; its 16
printed outputs overdetermine them. That a solution fits all 16 to the last printed digit shows that these
numbers, "gibberish" in the document, are a convolution of the image, and says of which kernel.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from spec.cases.single import stated
from spec.core import Case
from spec.examples.printed import SINGLE, planes
from spec.ops import learn_kernel
from spec.ops.corr2d import STRIPE

LR, STEPS, KERNEL = 0.03, 10, np.array([1.0, -1.0])
# Document: final kernel, losses of every second step, rtol and atol. 000 prints a final kernel of 1.0293, -0.9416;
# the digits after these are some with which all five losses come out as printed. 000 and 003 print losses to 3
# decimals (half of one, and room for float32). 001 prints float32 numbers, but the way back magnifies the
# rounding of the final kernel by up to 0.64**-10 = 87.
LESSONS = {
    "000": ((1.029285, -0.941577), (14.254, 3.940, 1.296, 0.477, 0.187), 0.0, 5.1e-4),
    "001": ((0.9925716, -0.9841616), (5.0633144, 0.86372524, 0.15074256, 0.027679807, 0.005622587), 1e-5, 1e-7),
    "003": ((0.97336704, -1.0011578), (6.643, 1.270, 0.277, 0.073, 0.023), 0.0, 5.1e-4),
}
# What three random filters of document 002 made of its image, printed to 4 decimals.
OUTPUTS = {
    "random-layer": [
        [
            [-3.1584, -3.6587, -3.3084, -1.9776],
            [-1.6495, -0.7789, -3.8846, -2.4516],
            [-6.4975, -4.3493, -3.1753, -3.6608],
            [-5.0802, -1.0271, -2.6073, -1.0769],
        ]
    ],
    "random-filters": [
        [
            [2.5559, 1.6035, 0.2515, -1.0625],
            [-1.8400, -2.9293, 2.6575, 1.8039],
            [1.3645, 3.5655, 1.4484, 0.7340],
            [-0.8595, 1.0977, -0.7592, -1.5410],
        ],
        [
            [3.4871, 3.6961, 3.2884, 5.1495],
            [4.2876, 5.7939, 5.4350, 3.7492],
            [7.8516, 5.2071, 3.2165, 4.2438],
            [5.1253, 4.9019, 4.3800, 1.6612],
        ],
    ],
}


def windows(image: np.ndarray, kernel: tuple[int, int]) -> np.ndarray:
    """Every window of the image as a row."""
    return np.lib.stride_tricks.sliding_window_view(image, kernel).reshape(-1, kernel[0] * kernel[1])


def first_kernel(final: tuple[float, float]) -> np.ndarray:
    """The kernel (2,) that the loop began with, for the kernel that it ended with."""
    seen = windows(STRIPE, (1, 2))
    step = np.eye(2) - 2 * LR * seen.T @ seen
    return KERNEL + np.linalg.solve(np.linalg.matrix_power(step, STEPS), np.array(final) - KERNEL)


def layer(outputs: list) -> tuple[np.ndarray, np.ndarray]:
    """Kernels (O, 1, 3, 3) and biases (O,) whose results on `SINGLE` come nearest to `outputs` (O, 4, 4)."""
    seen = windows(SINGLE, (3, 3))
    seen = np.hstack([seen, np.ones((len(seen), 1))])
    found = np.linalg.lstsq(seen, np.reshape(outputs, (-1, len(seen))).T, rcond=None)[0].T
    return found[:, :9].reshape(-1, 1, 3, 3), found[:, 9]


def cases() -> Iterator[Case]:
    """Kernels learned from a given start and from the recovered ones, and the layers with random weights."""
    why = "the loop of three documents from a first kernel of (0.3, 0.2): loss 14.58 -> 0.0711"
    yield lesson("learn-kernel", why, np.array([0.3, 0.2]))
    for document, (final, printed, rtol, atol) in LESSONS.items():
        why = f"document {document}: the same losses from the first kernel that its last one leads back to"
        case = lesson(f"learn-kernel-{document}", why, first_kernel(final), rtol=rtol, atol=atol)
        yield dataclasses.replace(case, expected=_printed(case, printed, final))
    for name, outputs in OUTPUTS.items():
        w, b = layer(outputs)
        inputs = {"x": planes(SINGLE), "w": w.astype("f4"), "b": b.astype("f4")}
        expected = {"y": np.array(outputs)[None]}
        why = "weights recovered from the printed outputs give those outputs: a random kernel, no gibberish"
        yield stated(f"seed/{name}", "conv2d_layer", why, inputs, expected=expected, tier="reals", atol=6e-5)


def lesson(name: str, why: str, first: np.ndarray, **fields) -> Case:
    """The loop of the documents on the striped image, from the kernel `first` on."""
    y = np.diff(STRIPE) * -1
    inputs = {"x": STRIPE.astype("f4"), "y": y.astype("f4"), "w": first.reshape(1, 2).astype("f4")}
    return stated(f"seed/{name}", "learn_kernel", why, inputs, {"lr": LR, "steps": STEPS}, tier="reals", **fields)


def _printed(case: Case, losses, final) -> dict[str, np.ndarray]:
    """What the document prints; the steps between are those of the reference."""
    inputs = [array.astype("f8") for array in case.inputs.values()]
    every, kernels = learn_kernel.reference(*inputs, **case.attrs)
    every[1::2], kernels[-1] = losses, final
    return {"losses": every, "kernels": kernels}
