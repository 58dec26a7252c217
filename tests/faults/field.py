"""Where faults are planted: a folder with a run, a neighbour that nobody may touch, and commands under watch.

A command must end within its limit with 0, 1 or 2, without a traceback; what is wrong is said in one line. What lies
outside the run folder stays as it is.
"""

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness import cli
from harness.workers import gateway
from reports import run_folder
from tests.reports.found import FOUND

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(__file__).parent / "adapter.py"
LIMIT = 60  # seconds that any command here may take
LONGEST = 1500  # characters of the line that says what is wrong
ANSWER = 20.0  # seconds that a worker may take for a case
SOON = 3.0  # and where the fault is that it never answers
SILENT = ("stop", "deaf", "shut", "garbage", "memory")
SECONDS = ("seconds", "check")  # of a row what may be another one for the same verdict


class Hang(BaseException):
    """The limit of a command is over. (No `Exception`: the harness must not catch it.)"""


@dataclasses.dataclass(frozen=True)
class Ended:
    """What a command came to."""

    code: int
    out: str
    err: str


class Field:
    """A folder with a case file and a finished run of it, which every fault finds as it was."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.outside = root, root / "out", root / "outside"
        self.cases, self.plan = root / "given" / "cases.json", root / "given" / "plan.json"
        for folder in (self.outside, self.cases.parent, root / "tmp"):
            folder.mkdir()
        (self.outside / "precious.txt").write_text("precious")
        (self.outside / "index.html").write_text("precious page")
        (self.outside / "results.jsonl").write_text('{"precious": 1}\n')
        self.given = json.dumps({"schema_version": 1, "cases": [*_cases()]})
        self.cases.write_text(self.given)
        ended = self.run()
        assert ended.code == 1, ended  # some of its cases fail
        self.verdicts = self.read()
        assert {row["status"] for row in self.verdicts.values()} >= {"pass", "fail"}
        for name, table in FOUND.items():
            run_folder.add_table(self.out, name, table)
        shutil.copytree(self.out, root / "good")

    def restore(self) -> None:
        """The finished run again, and no fault planned."""
        if self.out.is_symlink() or self.out.is_file():
            self.out.unlink()
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.root / "good", self.out)
        self.cases.write_text(self.given)
        for name in ("plan.json", "done"):
            self.plan.with_name(name).unlink(missing_ok=True)

    def will(self, fault: str, at: int, seed: int, once: bool = True) -> None:
        """Plan a fault of the worker; see `adapter.py`."""
        self.plan.write_text(json.dumps({"fault": fault, "at": at, "seed": seed, "once": once}))

    def arguments(self, *more: str) -> list[str]:
        """`run` of the case file; it waits less where no answer will come."""
        silent = self.plan.is_file() and json.loads(self.plan.read_text())["fault"] in SILENT
        backend = f"one={ADAPTER}@{sys.executable}"
        chosen = ["--cases", str(self.cases), "--backend", backend, "--out", str(self.out)]
        return ["run", *chosen, "--jobs", "1", "--timeout", str(SOON if silent else ANSWER), *more]

    def run(self, *more: str) -> Ended:
        """The run, in this process."""
        return self.command(*self.arguments(*more))

    def resumed(self) -> None:
        """Go on with the run: nothing is lost, and every verdict is what it was without any fault."""
        for name in ("plan.json", "done"):
            self.plan.with_name(name).unlink(missing_ok=True)
        ended = self.run("--resume")
        if "leave --resume out" in ended.err and not (self.out / "results.jsonl").exists():
            ended = self.run()  # it had not begun
        assert ended.code == 1, ended
        self.complete()

    def complete(self) -> None:
        """Every result is there, once, with the verdict that it has without any fault."""
        rows = self.read()
        assert rows == self.verdicts, [
            (name, rows.get(name)) for name in self.verdicts if rows.get(name) != self.verdicts[name]
        ]

    def read(self) -> dict[str, dict]:
        """The rows of the run by case, without how long they took."""
        rows = list(run_folder.rows(self.out))
        found = {row["case"]: {key: row[key] for key in row if key not in SECONDS} for row in rows}
        assert len(found) == len(rows), "a result stands twice"
        return found

    def command(self, *arguments: str) -> Ended:
        """A command in this process, under watch."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), self.watched():
            try:
                code = cli.main([str(one) for one in arguments])
            except Hang:
                raise AssertionError(f"{arguments} did not end within {LIMIT} s\n{traceback.format_exc()}") from None
            except BaseException:
                raise AssertionError(f"{arguments} ended in a traceback\n{traceback.format_exc()}") from None
        return checked(Ended(code, out.getvalue(), err.getvalue()), arguments)

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """End after the limit; nothing outside the run folder changes, and no worker is left."""
        before, folder = self.neighbours(), Path.cwd()

        def end(number: int, frame: object) -> None:
            raise Hang

        previous = signal.signal(signal.SIGALRM, end)
        old = {name: os.environ.get(name) for name in ("FAULTS", "TMPDIR")}
        os.environ.update(FAULTS=str(self.plan), TMPDIR=str(self.root / "tmp"))
        os.chdir(self.root / "given")
        signal.alarm(LIMIT)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
            os.chdir(folder)
            for name, value in old.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        assert self.neighbours() == before, "something outside the run folder has changed"
        left = [process.pid for process in gateway.RUNNING if process.poll() is None]
        assert not left, f"workers {left} are left"

    def process(self, *arguments: str, **more) -> subprocess.Popen:
        """A command in a process of its own."""
        environment = os.environ | {"FAULTS": str(self.plan), "TMPDIR": str(self.root / "tmp"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "harness", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            stdout=pipe,
            stderr=pipe,
            text=True,
            errors="replace",
            env=environment,
            cwd=self.root / "given",
            **more,
        )

    def ended(self, process: subprocess.Popen) -> Ended:
        """What a process came to, within the limit."""
        try:
            out, err = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"{process.args} did not end within {LIMIT} s") from None
        return Ended(process.returncode, out, err)

    def neighbours(self) -> dict[str, str]:
        """All that lies beside the run folder, with its content."""
        found = {}
        for top in (self.outside, self.root / "given", self.root / "tmp"):
            for path in sorted(top.rglob("*")):
                if path.name != "done":
                    content = path.read_bytes() if path.is_file() else b""
                    found[str(path)] = f"{path.lstat().st_mode} {hashlib.sha1(content).hexdigest()}"
        return found

    def orphans(self) -> list[int]:
        """Processes that run the adapter of this field and have lost the harness; waits a little for them to end."""
        deadline = time.monotonic() + 5
        while (found := _running(str(self.plan))) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found


def checked(ended: Ended, arguments: object = ()) -> Ended:
    """The command ended as it is documented."""
    assert ended.code in (0, 1, 2), (arguments, ended)
    assert "Traceback" not in ended.err + ended.out, (arguments, ended)
    if ended.code == 2:
        assert ended.err.strip().startswith("error: "), (arguments, ended)
        assert ended.err.strip().count("\n") == 0, (arguments, ended)
        assert len(ended.err) < LONGEST, (arguments, ended.err[:200], len(ended.err))
        assert "\x1b" not in ended.err, (arguments, ended)
    return ended


def _running(plan: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"FAULTS={plan}\0".encode() in (folder / "environ").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def _cases() -> Iterator[dict]:
    """Small cases that pass, one that fails, one that is refused, and one that the adapter cannot express."""
    random = np.random.default_rng(0)

    def array(*shape: int, dtype: str = "float32", first: float = 1.0) -> dict:
        data = random.integers(-3, 4, shape).astype(float).ravel().tolist()
        return {"dtype": dtype, "shape": list(shape), "data": [first, *data[1:]]}

    for number in range(5):
        inputs = {"x": array(1, 2, 4, 5, first=13.0 if number == 3 else 1.0), "w": array(2, 2, 2, 3)}
        yield {"id": f"conv/{number}", "op": "conv2d", "inputs": inputs}
    yield {"id": "half", "op": "conv2d", "inputs": {name: one | {"dtype": "float16"} for name, one in inputs.items()}}
    yield {"id": "refused", "op": "conv2d", "attrs": {"stride": [0, 1]}, "inputs": inputs}
    yield {"id": "pool", "op": "max_pool2d", "attrs": {"kernel_size": [2, 2]}, "inputs": {"x": array(1, 2, 4, 5)}}
