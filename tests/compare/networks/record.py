"""Runs in a framework's environment: builds networks, plants mistakes in them, and records their traces.

    python record.py RECORDER.py in_torch ORDERS.json     [{"network", "folder", "mistake": "a statement or more"}, ...]

A mistake is Python text that changes `net` or `x`; it sees the module of the networks as `own`.
"""

import importlib
import importlib.util
import json
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import arrays  # noqa: E402


def main(path, name, orders):
    spec = importlib.util.spec_from_file_location("recorder", path)
    recorder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recorder)
    own = importlib.import_module(name)
    failed = {}
    for order in json.loads(Path(orders).read_text()):
        held = arrays.weights(order["network"])
        scope = {
            **vars(own),
            "own": own,
            "weights": held,
            "x": arrays.images(order["network"]),
            "call": lambda net, x: net(x),
        }
        try:
            exec(order.get("before", ""), scope)
            scope["net"] = own.build(order["network"], scope["weights"])
            scope["x"] = own.images(scope["x"])
            exec(order.get("mistake", ""), scope)
            with recorder.record(scope["net"], order["folder"]):
                scope["call"](scope["net"], scope["x"])
        except Exception:
            failed[order["folder"]] = traceback.format_exc()
    print(json.dumps(failed))


main(*sys.argv[1:])
