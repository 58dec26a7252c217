"""Writes the page of a comparison of two models: verdict, mistakes with heat maps, and every layer of both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from reports.page.pictures import heat, histogram

TEMPLATES = Path(__file__).parent / "templates"
STYLES = Path(__file__).parent.parent / "page" / "templates"
MARKS = {"same bits": "=", "rounding": "~", "carried": "~", "not judged": "?"}


def page(found: Mapping[str, Any]) -> str:
    """The page, which needs no other file, of a comparison as `compare --format json` writes it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, STYLES]),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style = Markup(environment.get_template("style.css.j2").render())  # of this project
    wrong = [row for row in found["layers"] if row["findings"]]
    pictures = {row["a"]: _heat(row) for row in wrong if row.get("errors")}
    near = {side: _histogram(found, place) for place, side in enumerate("ab")}
    return environment.get_template("compare.html.j2").render(
        found=found, wrong=wrong, pictures=pictures, near=near, marks=MARKS, style=style
    )


def _heat(row: Mapping[str, Any]) -> Markup:
    errors = np.array(row["errors"]["values"], float)
    place = ", ".join(map(str, row["errors"]["place"]))
    label = f"{row['a']}: how far the outputs differ around element [{place}], by {errors.max():.3g} at most"
    return heat(errors, label)


def _histogram(found: Mapping[str, Any], place: int) -> Markup:
    """How near the layers of one model came to their bounds."""
    own = [row["own"][place] for row in found["layers"] if row["own"][place]]
    ratios = [one["bound_ratio"] for one in own if one["bound_ratio"]]
    return histogram(ratios, len(own) - len(ratios), found["ab"[place]]["framework"])
