"""Mistakes that need a changed computation: a bias on the wrong axis, training results of the wrong step."""

import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np

Arrays = Mapping[str, np.ndarray]
Mistake = tuple[str, Callable[[], Arrays]]  # a phrase that completes "y equals what comes of ...", and those arrays


def other_mistakes(model, compute: Callable[..., Arrays]) -> Iterator[Mistake]:
    """The mistakes, where `compute(arrays, attrs, cotangent)` gives the right arrays or gradients."""
    if "losses" in model.operator.outputs:
        yield from _of_training(model, compute)
    elif "b" in model.arrays:
        yield from _bias(model, compute)
    if model.cotangent is not None:
        ones = np.ones_like(model.cotangent)
        yield "ones in the place of the cotangent", lambda: compute(model.arrays, model.attrs, ones)
    if model.layout == "NHWC" and model.operator.images:
        yield "taking NHWC for NCHW, going in and coming out", lambda: _layout_ignored(model)


def _bias(model, compute) -> Iterator[Mistake]:
    """A bias along another axis than that of the channels, repeated or cut to fit."""
    (name,), b = model.operator.outputs, model.arrays["b"]

    def along(axis: int) -> Arrays:
        y = compute({key: array for key, array in model.arrays.items() if key != "b"}, model.attrs).get(name)
        if y is None:
            return {}
        return {name: y + np.resize(b, y.shape[axis]).reshape([-1 if one == axis else 1 for one in range(y.ndim)])}

    for axis, letter in enumerate(model.layout):
        if letter != "C":
            yield f"adding b along {letter}", functools.partial(along, axis)


def _layout_ignored(model) -> Arrays:
    """The output where the layout of the images is ignored."""
    operator, images = model.operator, model.operator.images
    arrays = {name: one.transpose(0, 2, 3, 1) if name in images else one for name, one in model.arrays.items()}
    return {operator.outputs[0]: operator.reference(*map(arrays.get, operator.inputs), **model.attrs)}


def _of_training(model, compute) -> Iterator[Mistake]:
    """Results of another step, and losses with another factor."""
    steps, lr, w = model.attrs["steps"], model.attrs["lr"], model.arrays.get("w")
    if not steps:
        return

    @functools.cache
    def run(turned=False, **changed) -> Arrays:
        arrays = {**model.arrays, "w": np.flip(w)} if turned else model.arrays
        return compute(arrays, {**model.attrs, **changed})

    def losses(change: Callable, **changed) -> Arrays:
        return {**run(**changed), "losses": change(run(**changed)["losses"])}

    def kernels(change: Callable, turned=False) -> Arrays:
        return {**run(turned=turned), "kernels": change(run(turned=turned)["kernels"])}

    yield (
        "computing the loss after each update",
        lambda: {**run(), "losses": run(steps=steps + 1)["losses"][1:]},
    )
    yield "a factor of 1/2 in the loss", lambda: losses(lambda found: found / 2, lr=lr / 2)
    if "logits" in model.operator.outputs:
        count = len(model.arrays["images"])
        yield (
            "returning the logits from before the training",
            lambda: {**run(), "logits": run(steps=0)["logits"]},
        )
        yield "summing the loss over the batch", lambda: losses(lambda found: count * found, lr=lr * count)
        yield "summing the gradients over the batch, not the loss", lambda: run(lr=lr * count)
    if "kernels" in model.operator.outputs:
        yield (
            "returning each kernel before its update",
            lambda: kernels(lambda found: np.concatenate([w[None], found])[:-1]),
        )
        yield (
            "noting the same array in every step",
            lambda: kernels(lambda found: np.repeat(found[-1:], steps, axis=0)),
        )
        yield "starting from the flipped kernel", lambda: run(turned=True)
        yield "learning the flipped kernel", lambda: kernels(lambda found: np.flip(found, (1, 2)), turned=True)
