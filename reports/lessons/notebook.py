"""A lesson as a notebook of one framework, with the outputs that were computed stored in it."""

from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import v4

AXES = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
SIGNS = {"=": "This is what the definition gives.", "≠": "This is **not** what the definition gives."}


def write(lesson: Mapping[str, Any], name: str, backend: Mapping[str, Any]) -> str:
    """The text of a notebook that runs in the framework's environment from top to bottom."""
    mine = backend["lessons"][lesson["name"]]
    first = "\n".join(
        [*mine["prelude"], "", *([mine["helpers"], ""] if mine["helpers"] else []), *_inputs(lesson, backend)]
    )
    cells = [
        v4.new_markdown_cell(f"# {lesson['title']}, in {name}\n\n" + "\n\n".join(lesson["intro"])),
        v4.new_code_cell(first, execution_count=1),
    ]
    for number, call in enumerate(mine["calls"], 2):
        way = lesson["ways"].get(call["label"], {})
        cells.append(v4.new_markdown_cell(f"**{call['label']}**: {way.get('means', '')}"))
        cells.append(_cell(call, number))
        if note := _note(call):
            cells.append(v4.new_markdown_cell(note))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": f"{lesson['title']}, in {name}"}
    book = v4.new_notebook(cells=cells, metadata=metadata)
    for number, cell in enumerate(book.cells):
        cell["id"] = f"{lesson['name']}-{number}"[:64]  # a drawn id would make every file another
    nbformat.validate(book)
    return nbformat.writes(book)


def _inputs(lesson: Mapping[str, Any], backend: Mapping[str, Any]) -> list[str]:
    """The inputs in the framework's own layout, with the axes named."""
    lines = []
    for name, one in lesson["inputs"].items():
        data = _moved(one["data"], AXES.get(one["role"], ""), backend["layouts"].get(one["role"], ""))
        axes = f"  # {backend['layouts'][one['role']]}" if one["role"] in AXES else ""
        lines.append(f"{name} = {backend['tensor']}({data}){axes}")
    return lines


def _moved(data: Any, source: str, target: str) -> Any:
    """Nested lists with their axes in another order."""
    import numpy as np

    array = np.array(data)
    return array.transpose([source.index(axis) for axis in target]).tolist() if source != target else data


def _cell(call: Mapping[str, Any], number: int) -> Any:
    """A call with its output, as the framework itself shows it; a refusal is caught, so that the notebook runs on.

    `number` is the place among the cells of code, in which they are run.
    """
    code = call["code"]
    if call["mark"] not in SIGNS:
        code = "try:\n" + "\n".join(f"    {line}" for line in code.splitlines()) + "\nexcept Exception as error:\n"
        code += '    print(f"{type(error).__name__}: {error}")'
        refusal = f"{call.get('error', '')}: {call['output']}\n"
        return v4.new_code_cell(
            code, execution_count=number, outputs=[v4.new_output("stream", name="stdout", text=refusal)]
        )
    shown = v4.new_output("execute_result", data={"text/plain": call["shown"]}, execution_count=number)
    return v4.new_code_cell(code, outputs=[shown], execution_count=number)


def _note(call: Mapping[str, Any]) -> str:
    return SIGNS.get(call["mark"], "The framework refuses this call.")
