"""The command `bridge`: what one framework says by default, in the words of another, with proof.

The words are the target's own adapter, cut out of the project (`harness.snippets`), between two transpositions
that take the arrays as the source has them. The proof runs the text by itself in the target's environment, where
nothing of this project can be imported, and the source's own call in its environment.
"""

import dataclasses
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.judge import compare
from harness.oracle import Truth, truth
from harness.snippets import Snippet, native_layouts
from harness.station import Station
from harness.wire import unpack_all
from spec import build, operators
from spec.core import Case, Operator
from spec.layouts import permutation

OPERATORS = ("conv2d", "conv2d_layer", "conv_transpose2d", "pad2d", "max_pool2d", "avg_pool2d", "upsample2d")
WINDOW = {"kernel_size": [2, 3]}  # what an operator needs that has no default

# Runs a snippet where nothing of this project can be imported: `python -I` with the folder as its argument.
RUNNER = """
import json, pathlib, sys
import numpy
folder = pathlib.Path(sys.argv[1])
convert, snippet = {}, {}
exec((folder / "convert.py").read_text(), convert)
found = {}
for job in json.loads((folder / "jobs.json").read_text()):
    try:
        snippet = {"__name__": "snippet"}
        exec((folder / job["code"]).read_text(), snippet)
        inputs = [convert["from_numpy"](numpy.load(folder / name)) for name in job["inputs"]]
        numpy.save(folder / job["output"], convert["to_numpy"](snippet[job["function"]](*inputs)))
        found[job["output"]] = ""
    except Exception as error:
        found[job["output"]] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
(folder / "found.json").write_text(json.dumps(found))
"""


@dataclasses.dataclass(frozen=True)
class Bridge:
    """What `source` says with `op` and `attrs`, in the words of `target`; `code` is the text."""

    op: str
    source: Backend
    target: Backend
    attrs: Mapping[str, Any]

    @property
    def function(self) -> str:
        """The name of the function that the text ends with."""
        return f"{self.op}_of_{self.source.folder.name}"

    @property
    def layouts(self) -> tuple[str, str]:
        """Image and kernel layout as the source has them."""
        return native_layouts(self.source.adapter, self.op)

    @property
    def code(self) -> str:
        """A text that runs with nothing but the target framework."""
        operator = operators()[self.op]
        image, kernel = self.layouts
        own_image, own_kernel = native_layouts(self.target.adapter, self.op)
        snippet = Snippet(self.target.adapter)
        snippet.add(self.op)
        lines = []
        for names, theirs, own in ((operator.images, image, own_image), (operator.kernels, kernel, own_kernel)):
            lines += [_transposed(name, theirs, own) for name in names if theirs != own]
        takes = snippet.parameters(self.op)
        attrs = {name: value for name, value in self.attrs.items() if name in takes}
        attrs |= {name: own for name, own in (("layout", own_image), ("kernel_layout", own_kernel)) if name in takes}
        given = ", ".join([*operator.inputs, *(f"{name}={value!r}" for name, value in attrs.items())])
        if image != own_image:
            lines += [f"y = {self.op}({given})", "return " + _transposed("y", own_image, image).partition(" = ")[2]]
        else:
            lines.append(f"return {self.op}({given})")
        if any("TRANSPOSE" in line for line in lines):
            snippet.define("TRANSPOSE")
        heads = ", ".join(f"{name}=None" if name in operator.optional else name for name in operator.inputs)
        about = " ".join(filter(None, (image and f"images {image}", kernel and f"kernels {kernel}")))
        body = "\n    ".join([f'"""{self.op} as {self.source.folder.name} has it: {about}."""', *lines])
        return f"{snippet.text()}\n\ndef {self.function}({heads}):\n    {body}\n"

    def cases(self) -> list[Case]:
        """Cases with these attributes, in the source's layouts: whole numbers and reals."""
        operator = operators()[self.op]
        rows = _rows(operator, self.attrs)
        image, kernel = self.layouts
        layouts = {"layout": image, "kernel_layout": kernel}
        attrs = dict(self.attrs) | {name: layouts[name] for name in layouts if name in operator.attributes}
        sketches = [build.Sketch(f"bridge-{n}", "", attrs, operator.shapes(row)) for n, row in enumerate(rows)]
        found = build.expand(self.op, operator.attributes, sketches, images=operator.images, kernels=operator.kernels)
        return [dataclasses.replace(case, tier="reals", gradient=False) for case in found]


def _rows(operator: Operator, attrs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the parameters that only shape the inputs (kernel size, bias), with the attributes given."""
    free = {name: values for name, values in operator.space.items() if name not in operator.attributes}
    rows: list[dict[str, Any]] = [dict(attrs)]
    for name, values in free.items():
        rows = [row | {name: value} for row in rows for value in values]
    return rows


def _transposed(name: str, source: str, target: str) -> str:
    axes = permutation(source, target)
    return f"{name} = TRANSPOSE({name}, {axes})  # {source} -> {target}"


@dataclasses.dataclass(frozen=True)
class Proof:
    """What became of the cases of a bridge: how many agree, and the first thing that went wrong."""

    cases: int
    agree: int
    same_bits: int
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether source and target both computed every case within the bounds of the truth."""
        return self.cases == self.agree > 0


def prove(bridges: list[Bridge], stations: Mapping[str, Station], timeout: float = 300.0) -> list[Proof]:
    """A proof for each bridge; all must have the same target. The snippets run in one process of its own.

    `stations` are the sources by name, which answer for themselves.
    """
    target = bridges[0].target
    with tempfile.TemporaryDirectory(prefix="convparity-") as name:
        folder = Path(name)
        convert = Snippet(target.adapter)
        convert.add("from_numpy")
        convert.add("to_numpy")
        (folder / "convert.py").write_text(convert.text())
        (folder / "runner.py").write_text(RUNNER)
        jobs = [job for number, bridge in enumerate(bridges) for job in _jobs(folder, number, bridge)]
        (folder / "jobs.json").write_text(json.dumps(jobs))
        command = [str(target.python), "-I", str(folder / "runner.py"), name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout)
        if not (folder / "found.json").exists():
            problem = (done.stderr.strip().splitlines() or ["no output"])[-1]
            return [Proof(len(bridge.cases()), 0, 0, problem) for bridge in bridges]
        found = json.loads((folder / "found.json").read_text())
        pairs = enumerate(bridges)
        return [_judge(folder, number, bridge, found, stations[bridge.source.name]) for number, bridge in pairs]


def _jobs(folder: Path, number: int, bridge: Bridge) -> list[dict[str, Any]]:
    (folder / f"{number}.py").write_text(bridge.code)
    jobs = []
    for index, case in enumerate(bridge.cases()):
        names = []
        for name, array in case.inputs.items():
            names.append(f"{number}-{index}-{name}.npy")
            np.save(folder / names[-1], array)
        output = f"{number}-{index}.npy"
        jobs.append({"code": f"{number}.py", "function": bridge.function, "inputs": names, "output": output})
    return jobs


def _judge(folder: Path, number: int, bridge: Bridge, found: Mapping[str, str], source: Station) -> Proof:
    """Source and target against the truth, and against each other bit for bit."""
    cases, agree, bits, problem = bridge.cases(), 0, 0, ""
    for index, case in enumerate(cases):
        wanted, name = truth(case, gradients=False), f"{number}-{index}.npy"
        said = found[name] or _wrong(case, wanted, np.load(folder / name))
        reply = source.answer(case, Truth())
        outputs = unpack_all(reply.get("outputs", {}))
        heard = _wrong(case, wanted, outputs["y"]) if outputs else reply["message"]
        if said or heard:
            problem = problem or (f"{bridge.target.name}: {said}" if said else f"{bridge.source.name}: {heard}")
        else:
            agree += 1
            bits += outputs["y"].tobytes() == np.load(folder / name).tobytes()
    return Proof(len(cases), agree, bits, problem)


def _wrong(case: Case, wanted: Truth, actual: np.ndarray) -> str:
    """What is wrong with an output, or ""."""
    if wanted.rejected:
        return wanted.rejected
    found = compare("y", actual, wanted.outputs["y"], case.dtype, exactly=False)
    return found.why if found.outcome == "differs" else ""
