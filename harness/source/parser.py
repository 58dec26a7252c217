"""A Python file as text: what it defines and imports, read without importing it."""

import ast
import dataclasses
import functools
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

PARSING = threading.Lock()  # CPython before 3.11.8 and 3.12.2 must not parse in two threads at once (gh-106905)


@dataclasses.dataclass
class Source:
    """One file: its text, the definitions at its top level, what its imports bind, and what it runs when loaded."""

    path: Path
    text: str
    definitions: dict[str, ast.stmt]
    imports: dict[str, tuple[str, str, str]]  # bound name -> (module, name in it or "", line of code)
    effects: list[str]

    def code(self, node: ast.AST) -> str:
        """The text of a node, unindented: of an expression alone, of a statement the lines, without its decorators."""
        lines = self.text.splitlines()[node.lineno - 1 : node.end_lineno]  # type: ignore[attr-defined]
        if isinstance(node, ast.expr):
            indent = len(lines[0]) - len(lines[0].lstrip())
            return (ast.get_source_segment(self.text, node) or "").replace("\n" + " " * indent, "\n")
        return textwrap.dedent("\n".join(lines))


@functools.cache
def read(path: Path) -> Source:
    """A file's definitions and imports."""
    text = path.read_text(encoding="utf-8")
    found = Source(path, text, {}, {}, [])
    with PARSING:
        tree = ast.parse(text)
    for node in tree.body:
        found.definitions |= dict.fromkeys(_defined(node), node)
        if isinstance(node, ast.Import):
            for one in node.names:
                line = f"import {one.name}" + (f" as {one.asname}" if one.asname else "")
                found.imports[one.asname or one.name.partition(".")[0]] = one.name, "", line
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                line = f"from {node.module} import {one.name}" + (f" as {one.asname}" if one.asname else "")
                found.imports[one.asname or one.name] = node.module, one.name, line
        elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            found.effects.append(found.code(node))
    return found


def _defined(node: ast.stmt) -> Iterator[str]:
    """The names that a function, a class or an assignment at the top of a file defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))  # several: A, B = 1, 2
