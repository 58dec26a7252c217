"""A stored run with every outcome in it, and with text that would harm a report that did not escape it."""

import pytest

HOSTILE = """<script>alert("1")</script> & 'q' | pipe \\| `tick` @team \x1b[31mred\x1b[0m\x00\x07 \ud800 \u202e
second line ]]> *bold* [a](javascript:x)"""


def line(case, backend, outcome="exact", status="pass", **more):
    """A line of results.jsonl."""
    common = {"op": case.split("/")[0], "dtype": "float32", "layout": "NCHW", "route": "native", "seconds": 0.25}
    return {"case": case, "backend": backend, "outcome": outcome, "status": status, **common, **more}


ROWS = [
    line(
        "conv2d/plain/integers",
        "torch",
        why="flips show",
        bound_ratio=0.0,
        rms_ratio=0.0,
        grad={"x": "exact", "w": "exact"},
    ),
    line(
        "conv2d/plain/reals",
        "torch",
        "close",
        route="bridged (NHWC->NCHW, HWIO->OIHW)",
        max_abs=1e-6,
        max_ulp=3.0,
        median_ulp=1.0,
        bound_ratio=0.125,
        rms_ratio=0.375,
        expected="agrees",
        grad={"x": "close", "b": "exact"},
        grad_bound_ratio={"x": 0.25, "b": 0.0},
        grad_rms_ratio={"x": 0.5, "b": 0.0},
    ),
    line(
        "conv2d/plain/integers",
        "jax",
        "differs",
        "fail",
        message="y must be exact",
        max_abs="inf",
        max_ulp=9.0,
        bound_ratio="inf",
        rms_ratio="inf",
    ),
    line(
        "conv2d/plain/reals",
        "jax",
        "close",
        "known",
        ledger="no reflect",
        message="gradient refused",
        grad={"x": "rejected"},
        grad_bound_ratio={"x": 0.0},
    ),
    line("conv2d/rejects/stride", "torch", "rejected", error_class="ValueError", message="stride must be positive"),
    line("conv2d/rejects/stride", "jax", "differs", "fail", message=HOSTILE, error_class="<b>Odd</b>"),
    line("pad2d/<i>|hostile", "torch", "crashed", "fail", message="the worker died"),
    line("pad2d/<i>|hostile", "jax", "unsupported", "known", error_class="Unsupported", message="no | such mode"),
    line("pad2d/slow", "torch", "timed-out", "fail", message="60 s"),
    line("pad2d/slow", "jax", "unsupported", "known", message="no | such mode"),
    line("pad2d/slow", "mxnet", "not-run", "fail", message="no Python 3.11"),
    line("lone", "torch"),
]

SUMMARY = {
    "schema_version": 1,
    "command": ["run", "--case", HOSTILE],
    "started": "2026-02-03T10:20:30Z",
    "hardware": {"machine": "x86_64", "system": "Linux", "processor": "A <processor>", "cpus": 2, "python": "3.11.2"},
    "threads": 1,
    "jobs": 2,
    "gradients": True,
    "cases": 6,
    "results": len(ROWS),
    "counts": {"pass": 4, "known": 3, "fail": 5},
    "backends": {
        "torch": {
            "version": "2.13.0",
            "device": "cpu",
            "threads": 1,
            "switches": {"mkldnn": True, "odd|key": HOSTILE},
            "processor": {
                "architecture": "x86_64",
                "level": "avx512",
                "parts": {
                    "oneDNN": {"level": "avx512", "word": "Intel AVX-512 <b>"},
                    "MKL": {"level": "unknown", "word": "MKL 2024.2"},
                },
            },
            "problem": "",
            "seconds": 3.5,
            "startup_seconds": 1.5,
        },
        "jax": {
            "version": "0.10.2",
            "jaxlib": "0.10.1",
            "device": "cpu",
            "threads": 1,
            "problem": "",
            "seconds": 2.5,
            "startup_seconds": 0.5,
        },
        "mxnet": {"problem": "no Python 3.11", "seconds": 0.0, "startup_seconds": 0.0},
    },
    "times": {"wall_seconds": 8.0, "framework_seconds": 8.0, "harness_cpu_seconds": 1.0, "harness_ms_per_result": 90.9},
    "bitwise": {"conv2d": {"jax|torch": [1, 2]}, "pad2d": {"jax|torch": [2, 2]}},
    "coverage": {"conv2d": [3, 4], "pad2d": [0, 0]},
    "geometry": {"conv2d": [19, 20]},
    "ledger": {
        "torch": [],
        "jax": [
            {
                "id": "no reflect",
                "operators": ["conv2d"],
                "kind": "unsupported",
                "outcome": "rejected",
                "part": "gradient",
                "versions": ">=0.4",
                "what": "It has <none>.",
                "why": "Nobody | wrote it.",
                "link": "apache/mxnet#17328",
            },
            {
                "id": "trap",
                "operators": ["pad2d"],
                "kind": "bug",
                "outcome": "differs",
                "part": "output",
                "versions": "",
                "what": "w",
                "why": "y",
                "link": "javascript:alert(1)",
            },
        ],
    },
    "stale": ["torch: same-stride"],
}


@pytest.fixture
def run():
    """(summary, rows) of the stored run."""
    return SUMMARY, ROWS
