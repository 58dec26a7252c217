"""A bridge in few words: with its attributes known, only the calls of the target that remain of its adapter.

`tracer.py` notes these calls in the target's environment. The pads of a rule ("same") are numbers where the size of
the image is known, and a formula of two lines elsewhere. What cannot be told in this way keeps the whole text; the
proof runs whatever is printed.
"""

import dataclasses
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backends.execute import completed
from harness.bridge.translate import NETWORK, Bridge
from harness.source.standalone import Snippet
from harness.workers.backends import Backend
from harness.workers.gateway import THREADS

TIMEOUT = 300.0
RULES = ("same", "same_lower", "full")
PADS = re.compile(r"\b(top|bottom|left|right)\b")


@dataclasses.dataclass(frozen=True)
class _Job:
    """One call to be noted: with which inputs, and whether pads have names."""

    inputs: Mapping[str, np.ndarray]
    symbolic: bool


def shorten(bridges: Sequence[Bridge]) -> list[Bridge]:
    """The bridges with `short` set where their text can be told in few words, the others as they are."""
    found = {id(one): one for one in bridges}
    by_target: dict[str, list[Bridge]] = {}
    for one in bridges:
        if one.op != NETWORK and not any(one.lacking):
            by_target.setdefault(one.target.name, []).append(one)
    for group in by_target.values():
        wanted = [(one, jobs) for one in group if (jobs := _jobs(one))]
        answers = iter(_trace(group[0].target, [(one, job) for one, jobs in wanted for job in jobs]))
        for one, jobs in wanted:
            lines = [next(answers) for _ in jobs]
            if text := _text(one, jobs, lines):
                found[id(one)] = dataclasses.replace(one, short=text)
    return [found[id(one)] for one in bridges]


def _jobs(bridge: Bridge) -> list[_Job]:
    """Calls with and without a bias; where no size is given, of two sizes, which must come to one text."""
    symbolic = not bridge.size and bridge.attrs.get("padding") in RULES
    trials = [trial for trial in bridge.trials() if trial.case.tier == "reals"]
    chosen: list[_Job] = []
    for biased in (True, False):
        mine = [trial for trial in trials if ("b" in trial.inputs) == biased]
        shapes: dict[tuple, Mapping[str, np.ndarray]] = {}
        for trial in mine:
            arrays = {name: _turned(bridge, name, array) for name, array in trial.inputs.items()}
            shapes.setdefault(tuple(array.shape for array in arrays.values()), arrays)
        sizes = list(shapes.values())
        chosen += [_Job(arrays, symbolic) for arrays in (sizes[:1] if bridge.size else sizes)]
    return chosen


def _turned(bridge: Bridge, name: str, array: np.ndarray) -> np.ndarray:
    """An input as the target has it."""
    change = next((one for one in bridge.changes if one.name == name), None)
    return np.ascontiguousarray(array.transpose(change.axes)) if change else array


def _trace(target: Backend, wanted: Sequence[tuple[Bridge, _Job]]) -> list[Mapping[str, Any]]:
    """What the tracer answers, in the target's environment; a problem for all where it does not run."""
    with tempfile.TemporaryDirectory(prefix="convparity-") as name:
        folder = Path(name)
        convert = Snippet(target.adapter)
        convert.add("from_numpy")
        convert.add("to_numpy")
        (folder / "convert.py").write_text(convert.text())
        listed = []
        for number, (bridge, job) in enumerate(wanted):
            (folder / f"text-{number}.py").write_text(bridge.words.text())
            files = {}
            for key, array in job.inputs.items():
                files[key] = f"{number}-{key}.npy"
                np.save(folder / files[key], array, allow_pickle=False)
            own = bridge.own(target)
            attrs = completed(bridge.attrs) | {"layout": own.image, "kernel_layout": own.kernel}
            taken = {key: attrs[key] for key in bridge.words.parameters(bridge.op)}
            listed.append(
                {
                    "code": f"text-{number}.py",
                    "function": bridge.op,
                    "inputs": files,
                    "attrs": taken,
                    "symbolic": job.symbolic,
                    "fixed": _fixed(bridge) if bridge.size else {},
                }
            )
        (folder / "jobs.json").write_text(json.dumps(listed))
        command = [str(target.python), "-I", str(Path(__file__).with_name("tracer.py")), name]
        environment = {**os.environ, **dict.fromkeys(THREADS, "1"), **target.environment}
        try:
            subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT, env=environment, check=True)
            return json.loads((folder / "found.json").read_text())
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return [{"problem": str(error)}] * len(wanted)


def _fixed(bridge: Bridge) -> dict[str, list[int]]:
    """The axes of the inputs whose sizes are known: rows and columns."""
    layouts = bridge.layouts(bridge.target)
    return {name: [layout.index("H"), layout.index("W")] for name, layout in layouts.items()}


def _text(bridge: Bridge, jobs: Sequence[_Job], answers: Sequence[Mapping[str, Any]]) -> str:
    """The whole text; "" where a call could not be noted, or comes to other words for another size."""
    lines: dict[bool, list[str]] = {}
    unlike: set[bool] = set()
    for job, answer in zip(jobs, answers):
        told, biased = answer.get("lines"), "b" in job.inputs
        if not told:
            return ""
        if lines.get(biased, told) != told:
            unlike.add(biased)
        # An adapter leaves out pads that are 0, or equal, in this size: the longest text holds for all.
        lines[biased] = max(lines.get(biased, told), told, key=lambda one: len("".join(one)))
    if not all(jobs[0].symbolic and PADS.search("".join(lines[biased])) for biased in unlike):
        return ""  # it holds numbers of one size
    body = _body(bridge, lines)
    named = any(PADS.search(line) for line in body)
    formula = pads_of(bridge) if named else []
    if named and not formula:
        return ""
    function = bridge.wrapped([*formula, *body[:-1]], body[-1])
    return "\n".join([*_head(bridge, function), "", "", function]).lstrip("\n")


def _body(bridge: Bridge, lines: Mapping[bool, list[str]]) -> list[str]:
    """The lines before the result and the expression of the result, for a bias that may be missing."""
    if len(lines) == 1:
        return next(iter(lines.values()))
    plain, biased = lines[False], lines[True]
    if plain == [re.sub(r", b\b(?=[,)])", "", line) for line in biased]:
        return biased  # the framework takes None for no bias
    if len(plain) == len(biased) == 1:
        if plain[0] in biased[0]:
            return [f"y = {plain[0]}", f"y if b is None else {biased[0].replace(plain[0], 'y')}"]
        return [f"{plain[0]} if b is None else {biased[0]}"]
    return ["raise NotImplementedError"]


def pads_of(bridge: Bridge) -> list[str]:
    """Two lines that compute top, bottom, left and right from the shapes, as the target has them."""
    if bridge.op == "conv_transpose2d":  # it crops: its rule is another one
        return []
    attrs = completed(bridge.attrs)
    image = _axes("x", bridge.own(bridge.target).image)
    names, parts = ["size", "kernel"], [image]
    parts.append(
        str(tuple(attrs["kernel_size"])) if "kernel_size" in attrs else _axes("w", bridge.own(bridge.target).kernel)
    )
    words = {}
    for name in ("stride", "dilation"):
        pair = attrs.get(name, [1, 1])
        if pair[0] == pair[1]:
            words[name] = str(pair[0])
        else:
            names.append(name)
            parts.append(str(tuple(pair)))
            words[name] = name
    dilated = words["dilation"] != "1"
    reach = f"(kernel - 1) * {words['dilation']}" if dilated else "kernel - 1"
    pairs = f"for {', '.join(names)} in zip({', '.join(parts)})"
    if attrs["padding"] == "full":
        return [f"rows, columns = ({reach} {pairs})", "top, bottom, left, right = rows, rows, columns, columns"]
    stride = words["stride"]
    before = f"(-(-size // {stride}) - 1) * {stride}" if stride != "1" else "size - 1"
    total = f"max({before} + {reach} + 1 - size, 0)" if stride != "1" or dilated else "kernel - 1"
    total = total.replace("kernel - 1 + 1", "kernel")
    halves = ("{0} // 2", "{0} - {0} // 2")
    first, last = halves if attrs["padding"] == "same" else halves[::-1]
    ends = ", ".join(half.format(axis) for axis in ("rows", "columns") for half in (first, last))
    return [f"rows, columns = ({total} {pairs})", f"top, bottom, left, right = {ends}"]


def _axes(name: str, layout: str) -> str:
    """Rows and columns of the shape of an array in a layout."""
    first = layout.index("H")
    return f"{name}.shape[{first}:{first + 2 if first + 2 < len(layout) else ''}]"


def _head(bridge: Bridge, function: str) -> list[str]:
    """The imports that the text needs, and what must run first."""
    effects = bridge.words.effects
    needed = "\n".join([*effects, function])
    lines = [line for name, line in bridge.words.imports.items() if re.search(rf"\b{re.escape(name)}\b", needed)]
    return [*sorted(set(lines), key=lambda line: (line.startswith("from"), line)), *effects]
