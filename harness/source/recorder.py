"""Composes the recorder of a framework: the part that all share and the framework's own, as one file.

The file needs NumPy and the framework, nothing of this project. `backends/recorder.py` is the common part,
`backends/NAME/recorder.py` the other; NAME there says what its users call it ("keras", "flax").
"""

import ast
from pathlib import Path

from spec.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
COMMON = ROOT / "backends" / "recorder.py"


def recorders() -> dict[str, Path]:
    """The recorders that there are, by the names of their libraries."""
    return {_name(path): path for path in sorted((ROOT / "backends").glob("*/recorder.py"))}


def compose(name: str) -> str:
    """The text of one recorder. Raises `UserError` for a library without one."""
    found = recorders()
    path = found.get(name) or {one.parent.name: one for one in found.values()}.get(name)
    if path is None:
        raise UserError(f"there is no recorder for {name!r}; choose from: {', '.join(found)}")
    common, own = (_parts(one) for one in (COMMON, path))
    imports = sorted({*common[1], *own[1]}, key=lambda line: (not line.startswith("import"), line))
    return f'"""{own[0]}\n\n{common[0]}\n"""\n\n' + "\n".join(imports) + f"\n\n{common[2]}\n\n\n{own[2]}\n"


def _name(path: Path) -> str:
    """What NAME is set to in a recorder."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "NAME":
            return str(ast.literal_eval(node.value))
    raise UserError(f"{path} does not say NAME")


def _parts(path: Path) -> tuple[str, list[str], str]:
    """Docstring, imports but for those of this project, and the rest of a file."""
    text = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    imports, last = [], 0
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("backends")):
                imports += lines[node.lineno - 1 : node.end_lineno]
            last = node.end_lineno or last
    return (ast.get_docstring(tree) or "").strip(), imports, "\n".join(lines[last:]).strip()
