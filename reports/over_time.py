"""Versions over time as a page and in the terminal; the data are those of `reports.facts.history.build`."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.facts.run import KINDS
from reports.facts.text import counted
from reports.page.page import environment

SIGNS = {"shows": "█", "absent": "·", "not tried": " "}


def html(data: Mapping[str, Any]) -> str:
    """A page in the style of the report, one file that loads nothing: the scoreboard, then every known difference."""
    pages = environment()
    ranked = {
        name: sorted(entries.items(), key=lambda one: (KINDS.index(one[1]["kind"]), one[0]))
        for name, entries in data["known"].items()
    }
    return pages.get_template("history.html.j2").render(data=data, ranked=ranked)


def text(data: Mapping[str, Any]) -> Iterator[str]:
    """The scoreboard, and the differences that came or went, in lines."""
    for name, versions in data["frameworks"].items():
        yield name
        for one in versions:
            change = one["change"]
            said = f"; {counted(len(change['cases']), 'other verdict')}" if change else ""
            bits = f", other bits in {', '.join(change['bits'])}" if change and change["bits"] else ""
            counts = ", ".join(f"{count:,} {status}" for status, count in one["counts"].items())
            yield f"  {one['version']}: {counts}{said}{bits}"
        for entry, about in data["known"][name].items():
            if len({one["state"] for one in about["versions"]} - {"not tried"}) > 1:
                bar = "".join(SIGNS[one["state"]] for one in about["versions"])
                yield f"  {bar} {entry}: {about['words']}"
