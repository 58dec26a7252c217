"""The code of probes, as the report shows it: the call of each, and what else of its file it uses."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.source.parser import Source, read


def probes(files: Iterable[Path], table: str = "PROBES") -> dict[tuple[str, str], str]:
    """(question, interface) -> code of each probe, read without importing it; so with (label, lesson) of `CALLS`.

    A row of the table `PROBES` is shown as the call that its function makes, a function under `@probe` as it is
    written. The helpers and constants of the file that it uses follow.
    """
    found = {}
    for source in map(read, files):
        asked: list[tuple[tuple[str, str], ast.expr | ast.stmt]] = [*_rows(source, table), *_functions(source)]
        for pair, node in asked:
            used = dict.fromkeys(_used(node, source))
            found[pair] = "\n\n".join([_code(source, node), *(_definition(source, one) for one in used)])
    return found


def _rows(source: Source, name: str) -> Iterator[tuple[tuple[str, str], ast.expr]]:
    """The rows of a table: (question, interface), and what the function returns."""
    for api, table in _items(getattr(source.definitions.get(name), "value", None)):
        for question, value in _items(table):
            function = value.args[0] if isinstance(value, ast.Call) else value  # arrays(lambda ...) or lambda ...
            yield (question, api), getattr(function, "body", function)


def _items(table: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Keys and values of a dictionary as it is written."""
    if isinstance(table, ast.Dict):
        yield from ((ast.literal_eval(key), value) for key, value in zip(table.keys, table.values) if key)


def _functions(source: Source) -> Iterator[tuple[tuple[str, str], ast.stmt]]:
    """The functions under `@probe`: (question, interface), and the function."""
    for node in source.definitions.values():
        for call in getattr(node, "decorator_list", []):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "probe":
                question, api = map(ast.literal_eval, call.args[:2])
                yield (question, api), node


def _used(node: ast.AST, source: Source) -> Iterator[ast.stmt]:
    """The definitions of its file that a probe uses, and those that they use."""
    names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
    own = {one.id for one in names if isinstance(one.ctx, ast.Store)}
    own |= {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    for name in dict.fromkeys(one.id for one in names if one.id not in own):
        definition = source.definitions.get(name)
        if definition and definition is not node:
            yield definition
            yield from _used(definition, source)


def _code(source: Source, node: ast.expr | ast.stmt) -> str:
    """The text of a probe; of a row, the call and the remark after it."""
    if isinstance(node, ast.stmt):
        return source.code(node)
    rest = source.text.splitlines()[(node.end_lineno or 0) - 1].encode()[node.end_col_offset :].decode()
    _, sign, remark = rest.partition("#")
    return source.code(node) + (f"  {sign}{remark}" if sign else "")


def _definition(source: Source, node: ast.stmt) -> str:
    """The text of a definition with its decorators."""
    decorators = [f"@{source.code(one)}" for one in getattr(node, "decorator_list", [])]
    return "\n".join([*decorators, source.code(node)])
