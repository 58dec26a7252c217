"""Reads a trace that a recorder has written: `trace.json` and `tensors.safetensors` (see `backends/recorder.py`).

Everything is checked before anything is computed; what is wrong is a `UserError` of one line. Tensors are read when
they are asked for, from a file that is mapped into memory, so that a large trace takes no more of it than one layer.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from safetensors import SafetensorError, safe_open

from harness.compare.checks import check
from spec.errors import UserError, shown

SCHEMA_VERSION = 1
IMAGE = ("NCHW", "NHWC")


@dataclasses.dataclass(frozen=True)
class Layer:
    """One call of one layer, as it was recorded; `inputs`, `outputs` and `weights` are names of tensors."""

    name: str
    call: int
    cls: str
    kind: str
    settings: Mapping[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: Mapping[str, str]
    gradients: Mapping[str, str]

    @property
    def key(self) -> str:
        """The name, with the number of the call where it is not the first: "block", "block#1"."""
        return f"{self.name}#{self.call}" if self.call else self.name


@dataclasses.dataclass(frozen=True)
class Trace:
    """A recorded model. `image_layout` is that of its inputs, where nothing else says it."""

    folder: Path
    framework: str
    versions: Mapping[str, str]
    training: bool
    image_layout: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    file: Any
    shapes: Mapping[str, tuple[int, ...]]

    def array(self, name: str) -> np.ndarray:
        """A tensor, read from the file."""
        array = self.file.get_tensor(name)
        return array.view(ml_dtypes.bfloat16) if array.dtype == np.uint16 else array


def read(folder: Path) -> Trace:
    """The trace in a folder. Raises `UserError`."""
    path = folder / "trace.json"
    about = _json(path)
    if not isinstance(about, dict):
        raise UserError(f"{path} holds {shown(about)}; a recorder writes an object")
    version = about.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UserError(
            f"{path} has schema_version {shown(version)}; this version reads {SCHEMA_VERSION}: record it again"
        )
    lacking = [key for key in ("framework", "layers", "inputs", "outputs") if key not in about]
    if lacking:
        raise UserError(f"{path} has no {lacking[0]!r}; the recording was cut short: record it again")
    if not isinstance(about["layers"], list) or not about["layers"]:
        raise UserError(f"{path} has no layers; call the model inside of the block of record()")
    file = _tensors(folder / "tensors.safetensors")
    shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
    layers = tuple(_layer(row, f"{path}, layer {place}", shapes) for place, row in enumerate(about["layers"]))
    inputs, outputs = (_names(about[key], f"{path}: {key}", shapes) for key in ("inputs", "outputs"))
    if not outputs:
        raise UserError(f"{path} has no outputs: the model was not called, or raised an error; record it again")
    layout = about.get("image_layout", "NCHW")
    if layout not in IMAGE:
        raise UserError(f"{path}: image_layout is {shown(layout)}; it must be NCHW or NHWC")
    versions = about.get("versions", {})
    known = {str(key): str(value) for key, value in versions.items()} if isinstance(versions, dict) else {}
    training = about.get("training") is True
    return Trace(folder, str(about["framework"]), known, training, layout, inputs, outputs, layers, file, shapes)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; a trace is the folder that a recorder wrote") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON, or was cut short: {error}") from None


def _tensors(path: Path) -> Any:
    if not path.is_file():
        raise UserError(f"{path} is missing; record the trace again")
    try:
        return safe_open(str(path), framework="np")
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(f"{path} is no whole safetensors file: {error}; record the trace again") from None


def _layer(row: Any, where: str, shapes: Mapping[str, tuple[int, ...]]) -> Layer:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise UserError(f"{where} is {shown(row)}; it must be an object with a name")
    where = f"{where} ({shown(row['name'])})"
    kind, settings, call = row.get("kind", ""), row.get("settings", {}), row.get("call", 0)
    if not isinstance(kind, str) or not isinstance(settings, dict) or not isinstance(call, int):
        raise UserError(f"{where}: kind, settings or call are none: {shown([kind, settings, call])}")
    inputs, outputs = (_names(row.get(key), f"{where}: {key}", shapes) for key in ("inputs", "outputs"))
    held = []
    for key in ("weights", "gradients"):
        value = row.get(key, {})
        if not isinstance(value, dict):
            raise UserError(f"{where}: {key} is {shown(value)}; it must be an object")
        _names(list(value.values()), f"{where}: {key}", shapes)
        held.append(value)
    if not outputs:
        raise UserError(f"{where} has no outputs; record it again")
    check(kind, settings, {key: shapes[name] for key, name in held[0].items()}, len(inputs), where)
    return Layer(row["name"], call, str(row.get("class", "")), kind, settings, inputs, outputs, held[0], held[1])


def _names(value: Any, where: str, shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise UserError(f"{where} is {shown(value)}; it must be a list of names of tensors")
    for name in value:
        if name not in shapes:
            raise UserError(f"{where} names the tensor {shown(name)}, which tensors.safetensors lacks: record it again")
    return tuple(value)
