"""Records what the layers of a model compute, as a trace: a folder with `trace.json` and `tensors.safetensors`.

The common part of the recorders, which needs NumPy alone. Each framework has its own part; `harness recorder NAME`
prints both as one file that is put beside a model.

    trace.json   schema_version, framework, versions, machine, training, image_layout
                 inputs, outputs: names of tensors of the model
                 layers, in the order of execution, each with
                     name ("block.conv1"), call (0, or 1, 2 ... where a layer is called again), class
                     kind: conv2d, dense, ... in the terms of convparity's specification; "" for one that is not known
                     settings: in the same terms; inputs, outputs: names of tensors
                     weights, gradients: {"w": name of a tensor}
    tensors.safetensors   every tensor once, named by its number, weights by their layer

A tensor that is the input of a layer and no output of any was made by what could not be seen: a gap. It is there by its
values, and nothing says what was done.
"""

import json
import os
import platform
import shutil
import struct

import numpy as np

SCHEMA_VERSION = 1
DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


class Recording:
    """What was recorded so far. `is_tensor` and `to_numpy` are the framework's; `folder` gets the files."""

    def __init__(self, folder, framework, versions, is_tensor, to_numpy, image_layout):
        self.folder, self.is_tensor, self.to_numpy = str(folder), is_tensor, to_numpy
        self.about = {
            "schema_version": SCHEMA_VERSION,
            "framework": framework,
            "versions": {**versions, "python": platform.python_version(), "numpy": np.__version__},
            "machine": f"{platform.system()} {platform.machine()}",
            "image_layout": image_layout,
        }
        self.layers, self.inputs, self.outputs = [], [], []
        self.header, self.size, self.known, self.calls = {}, 0, {}, {}
        self.saved = {}  # weights: name -> object, so that a shared one is stored once
        self.inside = 0  # more than 0 while a recorded layer runs: what it calls itself is not recorded
        self.hidden = []  # what a layer calls at its end: an activation of its own
        os.makedirs(self.folder, exist_ok=True)
        self.data = open(os.path.join(self.folder, "tensors.data"), "wb")  # noqa: SIM115 - until `finish`

    # ---- tensors

    def store(self, name, array):
        """Write an array; returns its name. bfloat16 may come as uint16 in a pair ("bfloat16", array)."""
        dtype, array = array if isinstance(array, tuple) else (array.dtype.name, array)
        if dtype not in DTYPES:
            raise TypeError(f"{name} is of dtype {dtype}, which a trace cannot hold")
        raw = np.ascontiguousarray(array).tobytes()
        end = self.size + len(raw)
        self.header[name] = {"dtype": DTYPES[dtype], "shape": list(array.shape), "data_offsets": [self.size, end]}
        self.data.write(raw)
        self.size = end
        return name

    def new(self, tensor):
        """A tensor that a layer has just returned, or that comes from outside: stored, under a name of its own."""
        name = f"t{len(self.known)}" if id(tensor) not in self.known else f"t{len(self.header)}_again"
        while name in self.header:
            name += "_"
        self.known[id(tensor)] = (tensor, self.store(name, self.to_numpy(tensor)))  # held, so that no id comes twice
        return self.known[id(tensor)][1]

    def named(self, tensor):
        """The name of a tensor; one that is not known yet was made by what cannot be seen."""
        found = self.known.get(id(tensor))
        return found[1] if found and found[0] is tensor else self.new(tensor)

    def tensors(self, value):
        """All tensors in nested lists, tuples and dicts."""
        if self.is_tensor(value):
            return [value]
        if isinstance(value, dict):
            value = list(value.values())
        return [one for part in value for one in self.tensors(part)] if isinstance(value, (list, tuple)) else []

    # ---- layers

    def run(self, name, cls, function, args, kwargs, describe):
        """Call a function and record it as a layer, unless a recorded layer is at work.

        describe(args, kwargs, result) -> (kind, settings, inputs, weights), or None for what is no layer.
        """
        if self.inside:
            return function(*args, **kwargs)
        before = {id(one): self.named(one) for one in self.tensors([args, kwargs])}
        self.inside, hidden, self.hidden = 1, self.hidden, []
        try:
            result = function(*args, **kwargs)
        finally:
            self.inside, hidden, self.hidden = 0, self.hidden, hidden
        found = describe(args, kwargs, result) if self.tensors(result) else None
        if found is not None:
            kind, settings, inputs, weights = found
            names = [before.get(id(one)) or self.named(one) for one in inputs]
            if hidden:  # what the layer computed itself is what went into its activation
                form, settings_after, inner = hidden[0]
                middle = self.add(name, cls, kind, settings, names, [inner], weights)
                self.add(f"{name}.activation", cls, form, settings_after, middle, self.tensors(result), {})
            else:
                self.add(name, cls, kind, settings, names, self.tensors(result), weights)
        return result

    def add(self, name, cls, kind, settings, inputs, outputs, weights, gradients=None):
        """Note a layer; returns the names of its outputs. Weights are arrays, or pairs of an object and its array."""
        call = self.calls.get(name, 0)
        self.calls[name] = call + 1
        outputs = [self.new(one) for one in outputs]
        held = {key: self.weight(f"{name}.{key}", array) for key, array in weights.items() if array is not None}
        layer = {"name": name, "call": call, "class": cls, "kind": kind, "settings": settings}
        self.layers.append({**layer, "inputs": inputs, "outputs": outputs, "weights": held, "gradients": {}})
        return outputs

    def weight(self, name, array):
        """A weight, stored once while its values stay the same."""
        values = array[1] if isinstance(array, tuple) else array
        raw = values.tobytes()
        old = self.saved.get(name)
        if old and old[0] == hash(raw):
            return old[1]
        key = name if name not in self.header else f"{name}@{len(self.header)}"
        self.saved[name] = (hash(raw), self.store(key, array))
        return key

    def gradients(self, layer, arrays):
        """The gradients of a layer's weights, by the names of the weights, for all of its calls together."""
        for one in self.layers:
            if one["name"] == layer and one["call"] == 0:
                for key, array in arrays.items():
                    one["gradients"][key] = self.store(f"{layer}.{key}.gradient", array)

    def finish(self, training):
        """Write the files."""
        self.data.close()
        header = json.dumps(self.header).encode()
        header += b" " * (-len(header) % 8)
        path = os.path.join(self.folder, "tensors.data")
        with open(os.path.join(self.folder, "tensors.safetensors"), "wb") as file, open(path, "rb") as data:
            file.write(struct.pack("<Q", len(header)) + header)
            shutil.copyfileobj(data, file)
        os.remove(path)
        made = {name for layer in self.layers for name in layer["outputs"]} | set(self.inputs)
        used = dict.fromkeys(name for layer in self.layers for name in layer["inputs"])
        about = {**self.about, "training": bool(training), "inputs": self.inputs, "outputs": self.outputs}
        gaps = [name for name in [*used, *self.outputs] if name not in made]
        with open(os.path.join(self.folder, "trace.json"), "w") as file:
            json.dump({**about, "gaps": list(dict.fromkeys(gaps)), "layers": self.layers}, file, indent=1)


def pair(value):
    """One number for both axes, or two."""
    return [int(one) for one in value] if isinstance(value, (list, tuple)) else [int(value)] * 2


def both_ends(value):
    """Padding by so many pixels at both ends of each axis; a name in lower case."""
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple)):
        return [[int(one) for one in ends] for ends in value]
    return [[one, one] for one in pair(value)]


def bound(names, args, kwargs, **defaults):
    """The arguments of a call by name."""
    return {**defaults, **dict(zip(names, args)), **kwargs}
