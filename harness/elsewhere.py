"""Mistakes that changed inputs and attributes cannot express: a bias along another axis, results of another moment."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from spec.core import Rejected

Arrays = Mapping[str, np.ndarray]


def elsewhere(model, compute: Callable[..., Arrays]) -> Iterator[tuple[str, Arrays]]:
    """(phrase, the arrays that then come), where `compute(arrays, attrs)` gives the right ones or gradients.

    Each phrase completes "y equals what comes of ...".
    """
    if "losses" in model.operator.outputs:
        yield from _of_training(model, compute)
    elif "b" in model.arrays:
        yield from _bias(model, compute)
    if model.cotangent is not None:
        yield "ones in the place of the cotangent", compute(model.arrays, model.attrs, np.ones_like(model.cotangent))
    if model.layout == "NHWC" and model.operator.images:
        yield from _layout(model)


def _bias(model, compute) -> Iterator[tuple[str, Arrays]]:
    """A bias along another axis than that of the channels, repeated or cut to fit."""
    (name,), b = model.operator.outputs, model.arrays["b"]
    found = compute({key: array for key, array in model.arrays.items() if key != "b"}, model.attrs)
    for axis, letter in enumerate(model.layout):
        if letter != "C" and name in found:
            along = np.resize(b, found[name].shape[axis])
            added = along.reshape([-1 if one == axis else 1 for one in range(len(model.layout))])
            yield f"adding b along {letter}", {name: found[name] + added}


def _layout(model) -> Iterator[tuple[str, Arrays]]:
    """Images that are taken as they lie."""
    operator, images = model.operator, model.operator.images
    arrays = {name: one.transpose(0, 2, 3, 1) if name in images else one for name, one in model.arrays.items()}
    try:
        found = operator.reference(*(arrays.get(name) for name in operator.inputs), **model.attrs)
    except (Rejected, ValueError):
        return
    yield "taking NHWC for NCHW, going in and coming out", {operator.outputs[0]: found}


def _of_training(model, compute) -> Iterator[tuple[str, Arrays]]:
    """Results of another moment, and losses with another factor."""
    steps = model.attrs["steps"]
    if not steps:
        return

    def run(**changed) -> Arrays:
        return compute(model.arrays, {**model.attrs, **changed})

    now, later = run(), run(steps=steps + 1)
    yield "computing the loss after each update", {**now, "losses": later["losses"][1:]}
    half = run(lr=model.attrs["lr"] / 2)
    yield "a factor of 1/2 in the loss", {**half, "losses": half["losses"] / 2}
    if "logits" in now:
        yield "returning the logits from before the training", {**now, "logits": run(steps=0)["logits"]}
        images = len(now["logits"])
        summed = run(lr=model.attrs["lr"] * images)
        yield "summing the loss over the batch", {**summed, "losses": summed["losses"] * images}
        yield "summing the gradients over the batch, not the loss", summed
    if "kernels" in now:
        kernels = np.concatenate([model.arrays["w"][None], now["kernels"]])
        yield "returning each kernel before its update", {**now, "kernels": kernels[:-1]}
        yield "noting the same array in every step", {**now, "kernels": np.repeat(kernels[-1:], steps, axis=0)}
        flipped = compute({**model.arrays, "w": np.flip(model.arrays["w"])}, model.attrs)
        yield "starting from the flipped kernel", flipped
        yield "learning the flipped kernel", {**flipped, "kernels": np.flip(flipped["kernels"], (1, 2))}
