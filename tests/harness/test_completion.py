"""A shell completes `convparity`, the command line in one word, as README says."""

import os
import shutil
import subprocess

import pytest

from harness.workers.backends import ROOT

COMMAND = ROOT / "harness" / "convparity"
README = (ROOT / "README.md").read_text()
SET_UP = next(line for line in README.splitlines() if "_COMPLETE=bash_source" in line).partition("#")[0]
TAB = """
cd {root}
{set_up}
COMP_WORDS=({words}) COMP_CWORD={place}
_convparity_completion convparity
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
bash = pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
needs_venv = pytest.mark.skipif(not (ROOT / ".venv/bin/python").exists(), reason="README's .venv is not there")


def completed(*words: str) -> list[str]:
    """What click says to a shell that has typed these words after `convparity`; the last may be unfinished."""
    asked = {"COMP_WORDS": " ".join(["convparity", *words]), "COMP_CWORD": str(len(words))}
    variables = {**os.environ, **asked, "_CONVPARITY_COMPLETE": "bash_complete"}
    done = subprocess.run([COMMAND], env=variables, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@needs_venv
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["les"], ["lessons"]),
        (["lessons", "--lesson", "po"], ["pooling"]),
        (["run", "--backend", "tens"], ["tensorflow"]),
        (["run", "--op", "conv_"], ["conv_transpose2d"]),
        (["lessons", "--format", "i"], ["ipynb"]),
        (["run", "--no-g"], ["--no-gradients"]),
    ],
)
def test_names_are_completed(words, answer):
    assert completed(*words) == answer


@bash
@needs_venv
def test_bash_completes_after_the_line_of_the_readme():
    script = TAB.format(root=ROOT, set_up=SET_UP, words="convparity lessons --lesson po", place=3)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("pooling\n", "")


@needs_venv
def test_the_one_word_is_the_command_line_from_any_folder(tmp_path):
    done = subprocess.run([COMMAND, "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("convparity, version ")
