"""What to write instead: a setting in the words of B's library, or the command that gives a call with its proof."""

import ast
from collections.abc import Mapping
from typing import Any

from harness.bridge.translate import OPERATORS
from harness.compare.examine import Row
from harness.compare.finding import WEIGHTS
from harness.source.recorder import recorders

GEOMETRY = ("padding", "stride", "dilation", "output_padding", "ceil_mode", "count_include_pad", "kernel_size")


def remedy(row: Row, frameworks: tuple[str, str], attrs: Mapping[str, Any]) -> str:
    """A sentence for the findings of a row; "" where the finding says it all. `attrs` are the settings of A's layer."""
    settings = {key: one for finding in row.findings for key, (one, _) in finding.about.items()}
    if any(finding.word == WEIGHTS for finding in row.findings):
        return f"In B: load A's weights of {row.one} into {row.other} again."
    words = _words(frameworks[1])
    told = [_said(words[key], settings[key]) for key in settings if key in words and settings[key] is not None]
    sentences = [f"In B, at {row.other}: {', '.join(told)}."] if told else []
    backends = [_backend(name) for name in frameworks]
    if row.kind in OPERATORS and any(key in GEOMETRY for key in settings) and all(backends) and len(set(backends)) > 1:
        sentences.append(f"As a call, with its proof: {_command(row.kind, backends, attrs)}")
    return " ".join(sentences)


def _command(kind: str, backends: list[str], attrs: Mapping[str, Any]) -> str:
    given = []
    for key, value in attrs.items():
        if key in GEOMETRY and value not in (None, [1, 1], "valid", [[0, 0], [0, 0]], [0, 0], False):
            text = str(value).replace(" ", "").lower()
            given.append(f"--{key.replace('_', '-')} {text}")
    return f"python -m harness bridge {kind} --from {backends[0]} --to {backends[1]} {' '.join(given)}".strip()


def _said(word: str, value: Any) -> str:
    """`word` holds a place for the value ("eps={}") or 1 - value ("{complement}"), or what false and true ask for."""
    if "|" in word and isinstance(value, bool):
        return word.split("|")[value]
    if "{complement" in word:
        return word.format(complement=round(1 - value, 12))
    return word.format(value)


def _backend(framework: str) -> str:
    path = recorders().get(framework.partition(" ")[0])
    return path.parent.name if path else ""


def _words(framework: str) -> dict[str, str]:
    """What a library calls the settings: WORDS in its recorder."""
    path = recorders().get(framework.partition(" ")[0])
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path else ():
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "WORDS":
            return ast.literal_eval(node.value)
    return {}
