"""What a lesson's stepper shows, as plain data: the padded image, each position of the window, its sum, the output."""

from typing import Any

import numpy as np

from spec.lessons.windows import Panel, gradient, number, output_shape, padded, steps


def picture(panel: Panel) -> dict[str, Any]:
    """A panel as plain data. `image` holds the numbers as text, "" where nothing stands; `pads` say what was added."""
    return {
        "title": panel.title,
        "note": panel.note,
        "image": _texts(padded(panel)),
        "pads": [list(ends) for ends in panel.pads],
        "kernel": _texts(panel.kernel) if panel.combine == "sum" else [],
        "output": list(output_shape(panel)),
        "unread": [[int(i), int(j)] for i, j in _unread(panel)],
        "gradient": _texts(gradient(panel)),
        "steps": [
            {
                "place": list(step.place),
                "rows": list(step.rows),
                "columns": list(step.columns),
                "terms": step.terms,
                "value": number(step.value),
            }
            for step in steps(panel)
        ],
    }


def _texts(array: np.ndarray) -> list[list[str]]:
    return [["" if np.isnan(one) else number(float(one)) for one in row] for row in array]


def _unread(panel: Panel) -> np.ndarray:
    """The places that no window reads."""
    read = np.zeros(padded(panel).shape, bool)
    for step in steps(panel):
        read[np.ix_(step.rows, step.columns)] = True
    return np.argwhere(~read)
