"""Rows of refusals and special values, and what other commands may have found beside a run."""

from tests.reports.conftest import HOSTILE, line

FORBIDDEN = "accepted what must be refused (no window fits); returned y [2, 0]"
ROWS = [
    line("conv2d/rejects/stride/reals-float32", "torch", "rejected", error_class="ValueError", message="stride <= 0"),
    line("conv2d/rejects/stride/reals-float32", "jax", "rejected", error_class="TypeError", message=HOSTILE),
    line("conv2d/rejects/kernel/reals-float32", "torch", "rejected", error_class="ValueError", message="too large"),
    line("conv2d/rejects/kernel/reals-float32", "jax", "differs", "known", message=FORBIDDEN, why="no window fits"),
    line("mine/no-rule", "torch", "differs", "fail", op="pad2d", message=FORBIDDEN),
    line("mine/no-rule", "jax", "unsupported", "known", op="pad2d", message="no such mode"),
    line("conv2d/plain", "torch", "rejected", "fail", error_class="E", message="wrongly refused"),
    line("special/conv2d/nan-image", "torch", op="conv2d", why="NaN comes to every window"),
    line(
        "special/conv2d/nan-image",
        "jax",
        "differs",
        "fail",
        op="conv2d",
        message="y has NaN in other places: element [0] of 4 is -2.0, the truth is nan",
        ledger="trap",
    ),
    line("special/conv2d/negative-zero", "torch", op="conv2d", zero_signs=3),
    line("special/conv2d/negative-zero", "jax", op="conv2d"),
]
LAWS = {
    "backends": {"torch": {"version": "2", "problem": ""}, "jax": {"version": "1", "problem": ""}},
    "laws": [
        {
            "name": name,
            "formula": f"{name}(x) = x <b>",
            "sentence": f"The sentence of {name}.",
            "operators": ["conv2d"],
            "trials": 4,
            "results": {
                "torch": {"status": "pass", "exact": 2, "close": 2, "ratio": 0.25, "notes": []},
                "jax": {"status": status, "exact": 2, "close": 0, "ratio": 0.0, "notes": notes},
            },
        }
        for name, status, notes in (
            ("flipping", "pass", []),
            ("batch", "fail", [{"trial": "plain/reals", "status": "fail", "outcome": "differs", "message": HOSTILE}]),
        )
    ],
}
CONVENTIONS = {
    "questions": [
        {
            "id": "conv.flip",
            "subject": "Convolution",
            "text": "Is the kernel <flipped>?",
            "inputs": {"x": "[[1. 2.]\n [3. 4.]]"},
            "hypotheses": {"no": "[19. 25.]", "refuses": "refuses"},
            "explanation": "Mathematicians flip it.",
            "bridge": "Flip it yourself.",
        },
        {
            "id": "pad.order",
            "subject": "Padding",
            "text": "Which?",
            "inputs": {},
            "hypotheses": {},
            "explanation": "E.",
            "bridge": "B.",
        },
    ],
    "answers": {
        "torch": {
            "conv.flip": [
                {
                    "api": "torch.nn.functional",
                    "code": "def flip(x):\n    return x",
                    "answer": "no",
                    "output": "[19. 25.]",
                },
                {
                    "api": "torch.nn",
                    "code": "def layer(x): ...",
                    "answer": "refuses",
                    "error": "TypeError",
                    "output": HOSTILE,
                },
            ]
        },
        "jax": {"conv.flip": [{"api": "lax", "code": "c", "answer": "none of these", "output": "[1.]"}]},
        "mxnet": {"problem": "no Python 3.11"},
    },
}
MUTANTS = {
    "killed": 1,
    "counted": 2,
    "harmless": 1,
    "broken": 0,
    "unsound": ["conv2d/x"],
    "mutants": [
        {
            "mutant": f"kernel/{status}",
            "sentence": f"A mistake that is {status}.",
            "status": status,
            "cases": {"conv2d": 10, "corr2d": 5},
            "killed_by": {"conv2d": 3 * (status != "harmless"), "corr2d": 2 * (status == "killed")},
            "examples": ["conv2d/plain/reals"],
            "same": "zeros stay zeros" if status == "harmless" else "",
            "problem": "",
        }
        for status in ("killed", "survived", "harmless")
    ],
}
WRONG = {"false_alarms": 0, "correct": 8, "misses": 0, "faulty": 4}
SCORECARD = {
    "rules": {"derived bounds": "from the case (`judge.py`)", "NumPy": "rtol 1e-7"},
    "totals": {"float32": {"derived bounds": WRONG, "NumPy": {**WRONG, "false_alarms": 6}}},
    "excess": {"float32": 0.0, "float16": 1.5},
    "resolution": {"y": {"derived bounds": 17, "NumPy": None}, "dw": {"derived bounds": 0, "NumPy": None}},
    "implementations": [
        {
            "dtype": "float32",
            "faulty": faulty,
            "name": name,
            "text": "how",
            "tried": 8,
            "equivalent": ["y integers"] if faulty else [],
            "wrong": {"derived bounds": [], "NumPy": ["y noise", "dx noise"]},
        }
        for name, faulty in (("lanes", False), ("TF32", True))
    ],
    "problems": {"mxnet, 1 thread, float16": "rejected: no gemm"},
}
SAME: dict = {"same": {"y": True}, "largest": {}}
DETERMINISM = {
    "questions": ["repeat", "threads"],
    "backends": {
        "torch": {"version": "2", "threads": [1, 2], "problem": ""},
        "jax": {"version": "1", "threads": [1, 2], "problem": ""},
        "mxnet": {"version": "", "threads": [], "problem": "no Python 3.11"},
    },
    "results": {
        "torch": {
            "conv2d": {"repeat": SAME, "threads": {"same": {"dw": False}, "largest": {"dw": 3e-7}}, "refused": {}}
        },
        "jax": {"conv2d": {"repeat": SAME, "threads": SAME, "refused": {"conv2d/large": "rejected: too large"}}},
    },
}
BRIDGES = {
    "backends": {"torch": "2", "jax": "1"},
    "words": {
        "conv2d torch": "import torch\n\n\ndef conv2d(x):\n    return x < 1\n",
        "conv2d jax": "import jax\n",
        "pad2d jax": "import jax\n",
    },
    "bridges": [
        {
            "op": op,
            "dtype": dtype,
            "source": source,
            "target": target,
            "attrs": {"stride": [2, 2], "padding": [[1, 2], [0, 3]], "mode": "same"},
            "changes": [{"name": "x", "before": "NHWC", "after": "NCHW", "axes": [0, 3, 1, 2]}],
            "tail": f"def {op}_of_{source}(x):\n    return {op}(x)\n",
            "verdict": verdict,
            "who": "" if verdict == "holds" else target,
            "why": "" if verdict == "holds" else HOSTILE,
            "cases": 8,
            "agree": 8 * (verdict == "holds"),
            "same_bits": 4 * (verdict == "holds"),
        }
        for op, dtype, source, target, verdict in (
            ("conv2d", "float32", "jax", "torch", "holds"),
            ("conv2d", "float16", "jax", "torch", "not expressible"),
            ("conv2d", "float32", "torch", "jax", "holds"),
            ("pad2d", "float32", "torch", "jax", "fails"),
        )
    ],
    "weights": {"torch": {"torch": "", "jax": ""}, "jax": {"torch": "own logits differ", "jax": ""}},
}
FOUND = {
    "bridges": BRIDGES,
    "laws": LAWS,
    "conventions": CONVENTIONS,
    "mutants": MUTANTS,
    "scorecard": SCORECARD,
    "determinism": DETERMINISM,
}
