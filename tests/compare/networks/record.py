"""Runs in a framework's environment: builds networks, plants mistakes in them, and records their traces.

    python record.py RECORDER.py in_torch.py ORDERS.json

An order is {"network", "folder"} and may plant a mistake: "replace", a pair of texts in the source of the networks; and
"code", Python text that changes `net` or `x` (`weights` are the right ones, in canonical axes), or `call`.
"""

import importlib.util
import json
import sys
import traceback
import types
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import arrays  # noqa: E402


def main(path, name, orders):
    spec = importlib.util.spec_from_file_location("recorder", path)
    recorder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recorder)
    failed = {}
    for order in json.loads(Path(orders).read_text()):
        try:
            scope = {"weights": arrays.weights(order["network"]), "call": lambda net, x: net(x)}
            own = networks(name, order.get("replace"))
            scope["net"] = own.build(order["network"], dict(scope["weights"]))
            scope["x"] = own.images(arrays.images(order["network"]))
            scope = {**scope, **vars(own)}
            exec(order.get("code", ""), scope)
            with recorder.record(scope["net"], order["folder"]) as recording:
                session = recording if hasattr(recording, "model") else scope["net"]  # of ONNX Runtime
                scope["call"](session, scope["x"])
        except Exception:
            failed[order["folder"]] = traceback.format_exc()
    print(json.dumps(failed))


def networks(name, replace):
    """The module of the networks, with a piece of its source replaced, every time it occurs."""
    source = (HERE / name).read_text()
    if replace:
        old, new = replace
        assert old in source, f"{name} has no {old!r}"
        source = source.replace(old, new)
    module = types.ModuleType("networks")
    exec(compile(source, name, "exec"), vars(module))
    return module


main(*sys.argv[1:])
