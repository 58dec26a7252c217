"""What runs in a framework's own environment: an adapter, fed with cases through execnet's `channel`.

The gateway sends the source of this file; the environment holds nothing of the harness but what it finds
under `root`. A request is a case as plain data, a reply says what became of it; after the first of each they are
JSON, which execnet's own serializer is many times slower than. The protocol:

    -> {"root", "adapter"}                                   once
    <- {"ready": describe()} or {"failed": message}
    -> {"id", "op", "attrs", "inputs", "cotangent"}          a case; None ends the worker; "memory": how inputs lie
    <- {"id", "outcome": "computed" | "rejected" | "unsupported" | "crashed", "seconds", ...}, with "outputs_only"
       where gradients were asked for and the adapter has none
    -> {"id", "probe": [question, api], "inputs"}            a probe of `conventions/` beside the adapter
    <- {"id", "outcome": "computed" | "rejected", "answer": text or array, "shown": its repr, ...}
    -> {"id", "network": [file, function], "inputs"}         a function of a file beside the adapter
    <- {"id", "outcome": "computed" | "rejected" | "unsupported" | "crashed", "answer": array, ...}
    -> {"id", "env"}                                         other variables: the adapter is made anew
    <- {"id", "outcome": "ready" | "failed", "message"}
"""

import contextlib
import functools
import importlib.util
import inspect
import json
import os
import pathlib
import sys
import threading
import time
import traceback


def load(path, name):
    """The file `path` as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def load_adapter(path):
    """An instance of the class `Adapter` in the file `path`."""
    return load(path, "convparity_adapter").Adapter()


def renewed(path, env):
    """The adapter made anew under other environment variables, and the reply; None where it cannot be made."""
    os.environ.update(env)
    try:
        return load_adapter(path), {"outcome": "ready", "message": ""}
    except Exception as error:
        return None, {"outcome": "failed", "message": f"{type(error).__name__}: {first_line(error)}"}


@functools.cache
def probes(folder, name="conventions"):
    """The probes in `conventions.py` or the files of `conventions/` in a folder: (question, api) -> function.

    So with the calls of `lessons`: (label, lesson) -> function.
    """
    found = {}
    for file in sorted([*folder.glob(f"{name}.py"), *folder.glob(f"{name}/*.py")]):
        module = load(file, f"convparity_{name}_{file.stem}")
        tables = getattr(module, "PROBES", getattr(module, "CALLS", {}))
        found |= {(question, api): one for api, table in tables.items() for question, one in table.items()}
        found |= {(one.question, one.api): one for one in vars(module).values() if hasattr(one, "question")}
    return found


def answer(adapter, folder, request):
    """Make a probe's call; the reply as plain data. What it raises is an answer too, unless the probe is to blame."""
    from backends.execute import Broken
    from harness.workers.wire import pack, unpack_all

    probe = probes(folder, request.get("of", "conventions"))[tuple(request["probe"])]
    arrays = list(unpack_all(request["inputs"]).values())
    try:
        if len(arrays) != len(inspect.signature(probe).parameters):
            raise Broken(f"the probe does not take the {len(arrays)} inputs of its question")
        found = probe(*(arrays if getattr(probe, "arrays", False) else map(adapter.from_numpy, arrays)))
        if found is None or isinstance(found, (bool, list, tuple)):
            raise Broken(f"the probe returned {found!r}, neither a tensor nor a word")
        packed = found if isinstance(found, str) else pack(adapter.to_numpy(found))
        adapter.synchronize()
        return {"outcome": "computed", "answer": packed, "shown": repr(found)}
    except Exception as error:
        settle(adapter)
        own = isinstance(error, Broken) or names_nothing(error, folder)
        result = "crashed" if own else "rejected"
        return {"outcome": result, "error_class": type(error).__name__, "message": first_line(error)}


def names_nothing(error, folder):
    """Whether an error comes from a name in a probe's own text that stands for nothing.

    A framework may refuse by such an error too, but raises it in a file of its own, and not when a module is asked
    for the name.
    """
    places = [one.filename for one in traceback.extract_tb(error.__traceback__) if "getattr" not in one.name]
    named = isinstance(error, (NameError, AttributeError, ImportError))
    return named and pathlib.Path(places[-1]).parent in (folder, folder / "conventions", folder / "lessons")


def infer(adapter, request):
    """What a network makes of its inputs, which are as the framework has them; the reply as plain data."""
    from harness.workers.wire import pack, unpack_all

    path, function = request["network"]
    try:
        network = getattr(load(path, "convparity_network"), function)
        found = pack(adapter.to_numpy(network(*map(adapter.from_numpy, unpack_all(request["inputs"]).values()))))
        adapter.synchronize()
        return {"outcome": "computed", "answer": found}
    except Exception as error:
        settle(adapter)
        return {"outcome": outcome(error), "error_class": type(error).__name__, "message": first_line(error)}


FAKE_CALL = "RuntimeError when making fake tensor call"  # how torch.compile begins; what was wrong follows


def first_line(error):
    """The message of an error, without the native stack that some frameworks append to it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    noise = ("Stack trace", "Traceback", "File ", "[bt]", "Graph execution error:", "Detected at node", FAKE_CALL)
    wanted = [line for line in lines if not line.startswith(noise)]
    return (wanted or lines or [""])[0][:500]


def outcome(error):
    """What an error that a case raised amounts to. Some speak of the adapter's own text, whatever the input was."""
    from backends.contract import Unsupported
    from backends.execute import Broken

    if isinstance(error, (Broken, NameError, AttributeError, ImportError, SyntaxError)):
        return "crashed"
    return "unsupported" if isinstance(error, Unsupported) else "rejected"


def attempt(adapter, request):
    """Run one case; the reply as plain data."""
    from backends.execute import execute
    from harness.workers.wire import pack_all, unpack, unpack_all
    from spec import operators

    operator, asked, lies = operators()[request["op"]], request["cotangent"], request.get("memory")
    reply = {"outputs_only": True} if asked and not has_autodiff(adapter) else {}
    try:
        inputs = unpack_all(request["inputs"])
        cotangent = unpack(asked) if asked and not reply else None
    except ImportError as error:
        return {"outcome": "unsupported", "error_class": type(error).__name__, "message": first_line(error)}
    started = time.perf_counter()
    try:
        try:
            computed = execute(adapter, operator, request["attrs"], inputs, cotangent, lies)
        except Exception as error:
            if cotangent is None:
                raise
            # The gradient may be what fails: then the output alone still counts.
            settle(adapter)
            computed = execute(adapter, operator, request["attrs"], inputs, lies=lies)
            message = f"{type(error).__name__}: {first_line(error)}"
            reply["gradient_error"] = {"outcome": outcome(error), "message": message}
        reply["outcome"], reply["route"] = "computed", computed.route
        outputs, gradients = computed.outputs, computed.gradients
        if computed.changed:
            reply["changed"] = list(computed.changed)
    except Exception as error:
        outputs, gradients = {}, {}
        reply["outcome"] = outcome(error)
        reply["error_class"], reply["message"] = type(error).__name__, first_line(error)
        reply["traceback"] = "".join(traceback.format_exception(error))[-4000:]
    settle(adapter)
    reply["seconds"] = time.perf_counter() - started
    reply["outputs"], reply["gradients"] = pack_all(outputs), pack_all(gradients)
    return reply


def has_autodiff(adapter):
    """Whether the adapter has gradients at all; without `vjp` its outputs alone are judged."""
    return getattr(adapter, "vjp", None) is not None


def settle(adapter):
    """Wait for work that a failed case left behind, so that its error does not land on the next one."""
    with contextlib.suppress(Exception):  # it belongs to the case whose error is being reported
        adapter.synchronize()


def follow(parent):
    """End this process when the one that started it is gone, whatever its main thread is busy with or deaf to."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def serve(channel):
    """Answer requests until None comes."""
    config = channel.receive()
    threading.Thread(target=follow, args=[os.getppid()], daemon=True).start()
    sys.path.insert(0, config["root"])
    started = time.perf_counter()
    try:
        adapter = load_adapter(config["adapter"])
        # Through JSON, because frameworks like to describe themselves with subclasses of str.
        description = json.loads(json.dumps(adapter.describe(), default=str), parse_constant=str)
        if not isinstance(description, dict):
            raise TypeError(f"describe() returned {description!r}; it must be a dict")
        if not has_autodiff(adapter):
            description["gradients"] = "outputs only"
        ready = {"ready": description, "seconds": time.perf_counter() - started}
    except Exception as error:
        traceback.print_exc()
        ready = {"failed": f"{type(error).__name__}: {first_line(error)}"}
    channel.send(ready)
    folder = pathlib.Path(config["adapter"]).parent
    while (text := channel.receive()) is not None:
        request = json.loads(text)
        if "env" in request:
            adapter, reply = renewed(config["adapter"], request["env"])
        elif "network" in request:
            reply = infer(adapter, request)
        elif "probe" in request:
            reply = answer(adapter, folder, request)
        else:
            reply = attempt(adapter, request)
        channel.send(json.dumps({"id": request["id"], **reply}))


if __name__ == "__channelexec__":
    serve(channel)  # type: ignore[name-defined]  # noqa: F821  # execnet defines it
