"""Whether a recorded layer can be one of its kind at all: its tensors, layouts and settings."""

from collections.abc import Mapping
from typing import Any

from spec import operators
from spec.core import BadCase
from spec.errors import UserError, shown

KERNELS = {"conv2d": "OIHW", "conv_transpose2d": "IOHW", "dense": "OI"}
IMAGE = ("NCHW", "NHWC")
# What a kind cannot be computed without, beside what the specification asks for.
NEEDED = {
    "batch_norm2d": ("epsilon",),
    "activation": ("form",),
    "adaptive_pool2d": ("mode", "size"),
    "resize2d": ("size", "mode", "coordinates"),
    "concat": ("axis",),
    "scale": ("factor", "offset"),
}
OWN = ("layout", "kernel_layout", "kernel_flipped", "padding_mode", "axis")


def check(kind: str, settings: Mapping[str, Any], weights: Mapping[str, tuple], inputs: int, where: str) -> None:
    """Raise `UserError` for a layer of a known kind that cannot be one. `weights` are shapes by name."""
    if not kind:
        return
    if not inputs:
        raise UserError(f"{where}: {kind} has no input; record it again")
    letters = KERNELS.get(kind, "")
    if letters and len(weights.get("w", ())) != len(letters):
        raise UserError(f"{where}: w has the shape {list(weights.get('w', ()))}; {kind} has one of {len(letters)} axes")
    if letters and sorted(str(settings.get("kernel_layout", letters))) != sorted(letters):
        raise UserError(
            f"{where}: kernel_layout is {shown(settings['kernel_layout'])}; its letters are those of {letters}"
        )
    if settings.get("layout", "NCHW") not in IMAGE:
        raise UserError(f"{where}: layout is {shown(settings['layout'])}; it must be NCHW or NHWC")
    if not isinstance(settings.get("axis", 1), int):
        raise UserError(f"{where}: axis is {shown(settings['axis'])}; it must be a whole number")
    lacking = [name for name in NEEDED.get(kind, ()) if name not in settings]
    if lacking:
        raise UserError(f"{where}: {kind} has no setting {lacking[0]!r}; record it again")
    if kind in operators() and kind not in ("flatten", "batch_norm2d", "activation", "dense", *NEEDED):
        operator = operators()[kind]
        given = {name: value for name, value in settings.items() if name in operator.attributes and name not in OWN}
        if kind == "conv_transpose2d" and given.get("output_padding", 0) is None:
            del given["output_padding"]
        lost = [name for name in ("stride", "padding") if name in operator.attributes and name not in given]
        try:
            if lost:
                raise BadCase(f"{kind} has no setting {lost[0]!r}; record it again")
            operator.complete(given)
        except BadCase as error:
            raise UserError(f"{where}: {error}") from None
