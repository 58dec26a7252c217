"""Records an ONNX model in ONNX Runtime: every node is a layer, run as it stands, without optimizations of the graph.

with record("model.onnx", "trace/") as session:
    session.run(None, {"input": x})
"""

import contextlib

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from backends.recorder import Recording, pair

NAME = "onnxruntime"


def _pads(attrs, kernel):
    """[[top, bottom], [left, right]], or a rule."""
    rule = attrs.get("auto_pad", b"NOTSET").decode()
    if rule != "NOTSET":
        return {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}[rule]
    top, left, bottom, right = attrs.get("pads", [0, 0, 0, 0])
    return [[top, bottom], [left, right]]


def _window(attrs, kernel):
    settings = {"stride": pair(attrs.get("strides", [1, 1])), "padding": _pads(attrs, kernel)}
    return {**settings, "dilation": pair(attrs.get("dilations", [1, 1])), "layout": "NCHW"}


def _conv(a, w):
    settings = {**_window(a, w[1].shape[2:]), "groups": a.get("group", 1), "kernel_layout": "OIHW"}
    return "conv2d", settings, {"w": w[1], "b": w.get(2)}


def _transposed(a, w):
    _, settings, held = _conv(a, w)
    settings |= {"kernel_layout": "IOHW", "output_padding": pair(a.get("output_padding", [0, 0]))}
    return "conv_transpose2d", settings, held


def _gemm(a, w):
    plain = a.get("alpha", 1.0) == a.get("beta", 1.0) == 1.0 and not a.get("transA") and 1 in w
    settings = {"kernel_layout": "OI" if a.get("transB") else "IO"}
    return ("dense", settings, {"w": w[1], "b": w.get(2)}) if plain else ("", {}, {})


def _norm(a, w):
    settings = {"epsilon": a.get("epsilon", 1e-5), "momentum": a.get("momentum", 0.9), "layout": "NCHW"}
    held = dict(zip(("scale", "shift", "mean", "variance"), (w.get(place) for place in range(1, 5))))
    return "batch_norm2d", {**settings, "training": bool(a.get("training_mode", 0))}, held


def _pool(kind):
    def described(a, w):
        settings = {**_window(a, a["kernel_shape"]), "kernel_size": pair(a["kernel_shape"])}
        settings["ceil_mode"] = bool(a.get("ceil_mode", 0))
        if kind == "max_pool2d":
            return kind, settings, {}
        known = settings.pop("dilation") == [1, 1]
        return kind if known else "", {**settings, "count_include_pad": bool(a.get("count_include_pad", 0))}, {}

    return described


def _form(form, **keys):
    def described(a, w):
        return "activation", {"form": form, **{key: a.get(name, default) for key, (name, default) in keys.items()}}, {}

    return described


def _clip(a, w):
    least, most = (
        float(w[place].ravel()[0]) if place in w else a.get(name) for place, name in ((1, "min"), (2, "max"))
    )
    form = {(0.0, 6.0): "relu6", (0.0, None): "relu"}.get((least, most))
    return ("activation" if form else ""), {"form": form}, {}


def _gelu(a, w):
    return "activation", {"form": "gelu", "approximate": a.get("approximate", b"none") == b"tanh"}, {}


def _hard_sigmoid(a, w):
    known = a.get("beta", 0.5) == 0.5
    return ("activation" if known else ""), {"form": "hard_sigmoid", "slope": a.get("alpha", 0.2)}, {}


def _arithmetic(kind):
    def described(a, w):
        numbers = [float(one.ravel()[0]) for one in w.values() if one.size == 1]
        if w and not numbers:
            return "", {}, {f"c{place}": one for place, one in w.items()}
        if kind == "div":
            return ("mul", {"constant": 1 / numbers[0]}, {}) if 1 in w else ("", {}, {})
        return kind, {"constant": numbers[0]} if numbers else {}, {}

    return described


def _whole(mode):
    return lambda a, w: ("adaptive_pool2d", {"mode": mode, "size": [1, 1], "layout": "NCHW"}, {})


def _reduce(mode):
    def described(a, w):
        axes = sorted(int(one) for one in (w[1].ravel() if 1 in w else a.get("axes", [])))
        return _whole(mode)(a, w) if axes in ([2, 3], [-2, -1]) else ("", {}, {})

    return described


def _pad(a, w):
    pads = [int(one) for one in (w[1].ravel() if 1 in w else a.get("pads", []))]
    mode = {"edge": "replicate", "wrap": "circular"}.get(
        a.get("mode", b"constant").decode(), a.get("mode", b"constant").decode()
    )
    if len(pads) != 8 or any(pads[place] for place in (0, 1, 4, 5)):
        return "", {}, {}
    settings = {"padding": [[pads[2], pads[6]], [pads[3], pads[7]]], "mode": mode, "layout": "NCHW"}
    return "pad2d", {**settings, "value": float(w[2].ravel()[0]) if 2 in w and w[2].size else 0.0}, {}


NODES = {
    "Conv": _conv,
    "ConvTranspose": _transposed,
    "Gemm": _gemm,
    "MatMul": lambda a, w: ("dense", {"kernel_layout": "IO"}, {"w": w[1], "b": w.get(2)}) if 1 in w else ("", {}, {}),
    "BatchNormalization": _norm,
    "MaxPool": _pool("max_pool2d"),
    "AveragePool": _pool("avg_pool2d"),
    "GlobalAveragePool": _whole("avg"),
    "GlobalMaxPool": _whole("max"),
    "ReduceMean": _reduce("avg"),
    "ReduceMax": _reduce("max"),
    "Relu": _form("relu"),
    "Clip": _clip,
    "LeakyRelu": _form("leaky_relu", slope=("alpha", 0.01)),
    "Elu": _form("elu", alpha=("alpha", 1.0)),
    "Gelu": _gelu,
    "Sigmoid": _form("sigmoid"),
    "Tanh": _form("tanh"),
    "Softplus": _form("softplus"),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _form("hard_swish"),
    "Softmax": _form("softmax", axis=("axis", -1)),
    "LogSoftmax": _form("log_softmax", axis=("axis", -1)),
    "Add": _arithmetic("add"),
    "Sub": _arithmetic("sub"),
    "Mul": _arithmetic("mul"),
    "Div": _arithmetic("div"),
    "Concat": lambda a, w: ("concat", {"axis": a["axis"]}, {}) if not w else ("", {}, {}),
    "Flatten": lambda a, w: ("flatten" if a.get("axis", 1) == 1 else "reshape", {"layout": "NCHW"}, {}),
    "Reshape": lambda a, w: ("reshape", {}, {}),
    "Transpose": lambda a, w: ("transpose", {"axes": [int(one) for one in a["perm"]]}, {}),
    "Pad": _pad,
    "Dropout": lambda a, w: ("identity", {}, {}),
    "Identity": lambda a, w: ("identity", {}, {}),
    "Cast": lambda a, w: ("identity", {}, {}),
}


def _resize(a, shape, result):
    mode = a.get("mode", b"nearest").decode()
    coordinates = a.get("coordinate_transformation_mode", b"half_pixel").decode()
    settings = {
        "size": [int(one) for one in result[2:]],
        "mode": {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode),
    }
    exact = coordinates in ("half_pixel", "align_corners", "asymmetric")
    floors = mode != "nearest" or a.get("nearest_mode", b"round_prefer_floor") == b"floor"
    known = len(shape) == 4 and exact and (floors or coordinates == "half_pixel")
    return (
        ("resize2d" if known else ""),
        {**settings, "coordinates": coordinates, "antialias": False, "layout": "NCHW"},
        {},
    )


class Session:
    """Runs the nodes of a model and records each; called as an `onnxruntime.InferenceSession` is."""

    def __init__(self, model, recording):
        self.model, self.recording, self.graph = model, recording, model.graph
        self.weights = {one.name: numpy_helper.to_array(one) for one in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.weights[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)

    def run(self, names, feeds):
        """The outputs, as `InferenceSession.run` returns them."""
        wanted = [one.name for one in self.graph.output]
        shown = onnx.ModelProto()
        shown.CopyFrom(self.model)
        made = [name for node in self.graph.node for name in node.output if name and name not in self.weights]
        del shown.graph.output[:]
        shown.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in made)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(shown.SerializeToString(), options, ["CPUExecutionProvider"])
        values = {**feeds, **dict(zip(made, session.run(made, feeds)))}
        self.recording.inputs += [self.recording.named(values[name]) for name in feeds]
        self._record(values)
        self.recording.outputs += [self.recording.named(values[name]) for name in wanted]
        return [values[name] for name in names or wanted]

    def _record(self, values):
        nodes, skipped = list(self.graph.node), set()
        for place, node in enumerate(nodes):
            if node.output[0] in self.weights or place in skipped:
                continue
            attrs = {one.name: helper.get_attribute_value(one) for one in node.attribute}
            held = {i: self.weights[name] for i, name in enumerate(node.input) if name in self.weights}
            output = node.output[0]
            if node.op_type == "MatMul" and 1 in held and place + 1 < len(nodes):
                after = nodes[place + 1]  # a dense layer is often written as two nodes
                bias = [self.weights[name] for name in after.input if name in self.weights]
                if after.op_type == "Add" and output in after.input and bias and bias[0].ndim == 1:
                    held[2], output = bias[0], after.output[0]
                    skipped.add(place + 1)
            inputs = [values[name] for name in node.input if name in values]
            found = self._described(node, attrs, held, inputs, values[output])
            names = [self.recording.named(one) for one in inputs]
            title = node.name or node.output[0]
            self.recording.add(title, node.op_type, *found[:2], names, [values[output]], found[2])

    def _described(self, node, attrs, held, inputs, result):
        if node.op_type == "Resize":
            return _resize(attrs, inputs[0].shape, result.shape)
        kind, settings, weights = NODES.get(node.op_type, lambda a, w: ("", {}, {}))(attrs, held)
        if kind == "reshape" and result.ndim == 2 < inputs[0].ndim and len(result) == len(inputs[0]):
            kind, settings = "flatten", {"layout": "NCHW"}
        return kind, settings, weights


@contextlib.contextmanager
def record(model, folder):
    """Record what the nodes of a model (a path or `ModelProto`) compute; the files are written at the block's end."""
    model = onnx.load(model) if not isinstance(model, onnx.ModelProto) else model
    inputs = {one.name for one in model.graph.input} - {one.name for one in model.graph.initializer}
    first = [node for node in model.graph.node if set(node.input) & inputs]
    last = any(node.op_type == "Transpose" and list(node.attribute[0].ints) == [0, 3, 1, 2] for node in first)
    versions = {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__}
    is_tensor = lambda one: isinstance(one, np.ndarray)  # noqa: E731
    recording = Recording(folder, "onnxruntime", versions, is_tensor, np.copy, "NHWC" if last else "NCHW")
    try:
        yield Session(model, recording)
    finally:
        recording.finish(False)
