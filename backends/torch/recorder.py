"""Records a PyTorch model: modules by hooks, functions and operators by a function mode.

with record(model, "trace/"):
    model(x)                      # and loss.backward(), where the gradients of the weights are wanted
"""

import contextlib

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from backends.recorder import Recording, both_ends, bound, pair

NAME = "torch"
# What the settings are called here, for `compare`: with their value, or what false and true ask for.
WORDS = {
    "epsilon": "eps={}",
    "momentum": "momentum={complement}",
    "training": "eval()|train()",
    "slope": "negative_slope={}",
    "alpha": "alpha={}",
    "approximate": "approximate='none'|approximate='tanh'",
    "axis": "dim={}",
    "ceil_mode": "ceil_mode=False|ceil_mode=True",
    "count_include_pad": "count_include_pad=False|count_include_pad=True",
    "dilation": "dilation={}",
    "stride": "stride={}",
    "output_padding": "output_padding={}",
}


def array_of(tensor):
    """A copy as an array; bfloat16, which NumPy lacks, by its bits."""
    with torch._C.DisableTorchFunction():  # these calls are no part of the model
        tensor = tensor.detach().cpu().clone().contiguous()
        if tensor.dtype is torch.bfloat16:
            return "bfloat16", tensor.view(torch.int16).numpy()
        return tensor.numpy()


def _window(stride, padding, dilation, groups):
    return {"stride": pair(stride), "padding": both_ends(padding), "dilation": pair(dilation), "groups": groups}


def _conv(m):
    settings = {**_window(m.stride, m.padding, m.dilation, m.groups), "layout": "NCHW", "kernel_layout": "OIHW"}
    if m.padding_mode != "zeros":
        settings["padding_mode"] = m.padding_mode
    return "conv2d", settings, {"w": m.weight, "b": m.bias}


def _transposed(m):
    settings = {**_window(m.stride, m.padding, m.dilation, m.groups), "output_padding": pair(m.output_padding)}
    return "conv_transpose2d", {**settings, "layout": "NCHW", "kernel_layout": "IOHW"}, {"w": m.weight, "b": m.bias}


def _norm(m):
    by_batch = m.training or m.running_mean is None
    settings = {"epsilon": m.eps, "momentum": None if m.momentum is None else 1 - m.momentum, "training": by_batch}
    held = {"scale": m.weight, "shift": m.bias, "mean": m.running_mean, "variance": m.running_var}
    return "batch_norm2d", {**settings, "layout": "NCHW"}, held


def _pool(kind, a):
    size = pair(a["kernel_size"])
    stride = pair(a["stride"]) if a.get("stride") not in (None, []) else size
    settings = {"kernel_size": size, "stride": stride, "padding": both_ends(a.get("padding", 0)), "layout": "NCHW"}
    settings["ceil_mode"] = bool(a.get("ceil_mode", False))
    if kind == "max_pool2d":
        return kind, {**settings, "dilation": pair(a.get("dilation", 1))}, {}
    if a.get("divisor_override"):
        return "", settings, {}
    return kind, {**settings, "count_include_pad": bool(a.get("count_include_pad", True))}, {}


def _resize(a, shape):
    size, mode = a.get("size"), a.get("mode", "nearest")
    if size is None:
        scale = a["scale_factor"]
        scale = scale if isinstance(scale, (list, tuple)) else [scale] * 2
        size = [int(pixels * by) for pixels, by in zip(shape[2:], scale)]
    coordinates = "align_corners" if a.get("align_corners") else "asymmetric" if mode == "nearest" else "half_pixel"
    settings = {"size": pair(size), "mode": mode.replace("-exact", ""), "coordinates": coordinates}
    return "resize2d", {**settings, "antialias": bool(a.get("antialias", False)), "layout": "NCHW"}, {}


def _activation(form, **settings):
    return "activation", {"form": form, **settings}, {}


# The modules that are layers; what is in none of these classes is looked into.
MODULES = {
    nn.Conv2d: _conv,
    nn.ConvTranspose2d: _transposed,
    nn.Linear: lambda m: ("dense", {"kernel_layout": "OI"}, {"w": m.weight, "b": m.bias}),
    nn.BatchNorm2d: _norm,
    nn.BatchNorm1d: _norm,
    nn.MaxPool2d: lambda m: _pool("max_pool2d", vars(m)),
    nn.AvgPool2d: lambda m: _pool("avg_pool2d", vars(m)),
    nn.AdaptiveAvgPool2d: lambda m: ("adaptive_pool2d", {"mode": "avg", "size": pair(m.output_size)}, {}),
    nn.AdaptiveMaxPool2d: lambda m: ("adaptive_pool2d", {"mode": "max", "size": pair(m.output_size)}, {}),
    nn.Dropout: lambda m: ("dropout", {"rate": m.p, "training": m.training}, {}),
    nn.Dropout2d: lambda m: ("dropout", {"rate": m.p, "training": m.training}, {}),
    nn.Identity: lambda m: ("identity", {}, {}),
    nn.Flatten: lambda m: ("flatten", {"layout": "NCHW"}, {}) if m.start_dim == 1 else ("reshape", {}, {}),
    nn.ReLU: lambda m: _activation("relu"),
    nn.ReLU6: lambda m: _activation("relu6"),
    nn.LeakyReLU: lambda m: _activation("leaky_relu", slope=m.negative_slope),
    nn.ELU: lambda m: _activation("elu", alpha=m.alpha),
    nn.GELU: lambda m: _activation("gelu", approximate=m.approximate == "tanh"),
    nn.SiLU: lambda m: _activation("silu"),
    nn.Sigmoid: lambda m: _activation("sigmoid"),
    nn.Tanh: lambda m: _activation("tanh"),
    nn.Softplus: lambda m: _activation("softplus", beta=m.beta),
    nn.Hardswish: lambda m: _activation("hard_swish"),
    nn.Hardsigmoid: lambda m: _activation("hard_sigmoid"),
    nn.Softmax: lambda m: _activation("softmax", axis=m.dim),
    nn.LogSoftmax: lambda m: _activation("log_softmax", axis=m.dim),
    nn.ZeroPad2d: lambda m: _pad(m.padding, "constant", 0.0),
    nn.ConstantPad2d: lambda m: _pad(m.padding, "constant", m.value),
    nn.ReflectionPad2d: lambda m: _pad(m.padding, "reflect", 0.0),
    nn.ReplicationPad2d: lambda m: _pad(m.padding, "replicate", 0.0),
}


def _pad(pads, mode, value):
    """Pads as torch writes them: left, right, top, bottom."""
    left, right, top, bottom = pads if isinstance(pads, (list, tuple)) else [pads] * 4
    settings = {"padding": [[top, bottom], [left, right]], "mode": mode, "value": float(value or 0)}
    return "pad2d", {**settings, "layout": "NCHW"}, {}


def _upsample(m):
    return {"size": m.size, "scale_factor": m.scale_factor, "mode": m.mode, "align_corners": m.align_corners}


def _function(name, args, kwargs, result):
    """(kind, settings, inputs, weights) of a function's call; kind "" where it is not known."""
    x = args[0] if args else kwargs.get("input")
    simple = {"relu": "relu", "relu6": "relu6", "silu": "silu", "sigmoid": "sigmoid", "tanh": "tanh"}
    simple |= {"hardswish": "hard_swish", "hardsigmoid": "hard_sigmoid", "hardtanh": "relu6"}
    if name in simple and (name != "hardtanh" or args[1:3] == (0.0, 6.0)):
        return "activation", {"form": simple[name]}, [x], {}
    if name in ("clamp", "clip", "clamp_min"):
        a = bound(("input", "min", "max"), args, kwargs, min=None, max=None)
        form = {(0, None): "relu", (0, 6): "relu6"}.get((a["min"], a["max"]))
        return "activation" if form else "", {"form": form} if form else {}, [x], {}
    if name in ("softmax", "log_softmax"):
        axis = bound(("input", "dim"), args, kwargs)["dim"]
        return "activation", {"form": name, "axis": axis}, [x], {}
    if name in ("leaky_relu", "elu", "gelu", "softplus"):
        key, given, default = {
            "leaky_relu": ("slope", "negative_slope", 0.01),
            "elu": ("alpha", "alpha", 1.0),
            "gelu": ("approximate", "approximate", "none"),
            "softplus": ("beta", "beta", 1.0),
        }[name]
        value = bound(("input", given), args, kwargs, **{given: default})[given]
        return "activation", {"form": name, key: value == "tanh" if name == "gelu" else value}, [x], {}
    if name in ("div", "true_divide", "truediv") and len(args) == 2 and isinstance(args[1], (int, float)):
        return "mul", {"constant": 1 / args[1]}, [x], {}
    if name in ("add", "iadd", "mul", "imul", "sub") and not kwargs:
        tensors = [one for one in args[:2] if isinstance(one, torch.Tensor)]
        kind = {"iadd": "add", "imul": "mul"}.get(name, name)
        constant = {} if len(tensors) == 2 else {"constant": next(float(one) for one in args[:2] if one is not x)}
        return kind, constant, tensors, {}
    if name in ("cat", "concat", "concatenate"):
        a = bound(("tensors", "dim"), args, kwargs, dim=0)
        return "concat", {"axis": a["dim"]}, list(a["tensors"]), {}
    if name in ("flatten", "reshape", "view", "squeeze", "unsqueeze"):
        flat = result.dim() == 2 and x.dim() > 2 and len(result) == len(x)
        return "flatten" if flat else "reshape", {"layout": "NCHW"} if flat else {}, [x], {}
    if name in ("permute", "transpose", "swapaxes"):
        axes = list(range(x.dim()))
        if name == "permute":
            axes = [int(one) for one in (args[1] if isinstance(args[1], (list, tuple)) else args[1:])]
        else:
            axes[args[1]], axes[args[2]] = axes[args[2]], axes[args[1]]
        return "transpose", {"axes": [one % x.dim() for one in axes]}, [x], {}
    if name in ("mean", "amax"):
        a = bound(("input", "dim", "keepdim"), args, kwargs, keepdim=False)
        dims = sorted(one % x.dim() for one in (a["dim"] if isinstance(a["dim"], (list, tuple)) else [a["dim"]]))
        found = {"mode": "avg" if name == "mean" else "max", "size": [1, 1]}
        return ("adaptive_pool2d", found, [x], {}) if dims == [2, 3] and x.dim() == 4 else ("", {}, [x], {})
    if name in ("max_pool2d", "avg_pool2d", "max_pool2d_with_indices", "boolean_dispatch"):
        names = ["input", "kernel_size", "stride", "padding"]
        kind = "avg_pool2d" if name == "avg_pool2d" else "max_pool2d"
        names += ["ceil_mode", "count_include_pad"] if kind == "avg_pool2d" else ["dilation", "ceil_mode"]
        kind, settings, _ = _pool(kind, bound(names, args, kwargs))
        return kind, settings, [x], {}
    if name == "adaptive_avg_pool2d":
        return "adaptive_pool2d", {"mode": "avg", "size": pair(args[1])}, [x], {}
    if name in ("interpolate", "upsample"):
        names = ("input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
        kind, settings, _ = _resize(bound(names, args, kwargs), x.shape)
        return kind, settings, [x], {}
    if name == "pad":
        a = bound(("input", "pad", "mode", "value"), args, kwargs, mode="constant", value=0.0)
        if len(a["pad"]) == 4 and x.dim() == 4:
            kind, settings, _ = _pad(a["pad"], a["mode"], a["value"])
            return kind, settings, [x], {}
    if name == "dropout":
        a = bound(("input", "p", "training"), args, kwargs, p=0.5, training=True)
        return "dropout", {"rate": a["p"], "training": bool(a["training"])}, [x], {}
    if name == "conv2d":
        names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
        a = bound(names, args, kwargs, bias=None, stride=1, padding=0, dilation=1, groups=1)
        settings = _window(a["stride"], a["padding"], a["dilation"], a["groups"])
        held = {"w": a["weight"], "b": a["bias"]}
        return "conv2d", {**settings, "layout": "NCHW", "kernel_layout": "OIHW"}, [x], held
    if name == "linear":
        a = bound(("input", "weight", "bias"), args, kwargs, bias=None)
        return "dense", {"kernel_layout": "OI"}, [x], {"w": a["weight"], "b": a["bias"]}
    if name in ("contiguous", "clone", "detach", "to", "float", "half", "double", "bfloat16", "requires_grad"):
        return "identity", {}, [x], {}
    return "", {}, [one for one in (*args, *kwargs.values()) if isinstance(one, torch.Tensor)], {}


class _Functions(TorchFunctionMode):
    """Sees every function of torch that a model calls outside of its layers."""

    def __init__(self, recording, scope, model):
        super().__init__()
        self.recording, self.scope = recording, scope
        self.constants = {id(one) for one in (*model.parameters(), *model.buffers())}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(function, "__name__", "")
        if not self.scope or name == "__get__" or name == "__set__":
            return function(*args, **kwargs)
        short = name.strip("_")

        def described(args, kwargs, result):
            kind, settings, inputs, weights = _function(short, args, kwargs, result)
            if not kind:  # what is known of it are its parameters
                held = [one for one in inputs if id(one) in self.constants]
                inputs = [one for one in inputs if id(one) not in self.constants]
                weights = {f"c{place}": one for place, one in enumerate(held)}
            return kind, settings, inputs, {key: array_of(one) for key, one in weights.items() if one is not None}

        title = ".".join(filter(None, (self.scope[-1], short)))
        return self.recording.run(title, f"torch.{short}", function, args, kwargs, described)


@contextlib.contextmanager
def record(model, folder):
    """Record what the layers of the model compute while the block runs; the files are written at its end."""
    recording = Recording(
        folder, "torch", {"torch": torch.__version__}, lambda one: isinstance(one, torch.Tensor), array_of, "NCHW"
    )
    names = {module: name for name, module in model.named_modules()}
    scope, forwards = [], {}

    def layer(module, name):
        forward = module.forward
        if isinstance(module, nn.Upsample):
            describe = lambda args: _resize(_upsample(module), args[0].shape)  # noqa: E731
        else:
            found = next((MODULES[one] for one in type(module).__mro__ if one in MODULES), None)
            describe = found and (lambda args: found(module))

        def described(args, kwargs, result):
            kind, settings, held = describe(args)
            return kind, settings, recording.tensors([args, kwargs]), held

        def run(*args, **kwargs):
            if describe is None or not name:
                if not name:
                    recording.inputs += [recording.named(one) for one in recording.tensors([args, kwargs])]
                scope.append(name)
                try:
                    result = forward(*args, **kwargs)
                finally:
                    scope.pop()
                if not name:
                    recording.outputs += [recording.named(one) for one in recording.tensors(result)]
                return result
            held = {key: array_of(one) for key, one in describe(args)[2].items() if one is not None}
            before = lambda *all: (*described(*all)[:3], held)  # noqa: E731 - batch norm changes its own statistics
            return recording.run(name, type(module).__name__, forward, args, kwargs, before)

        return run

    for module, name in names.items():
        forwards[module] = module.__dict__.get("forward")
        module.forward = layer(module, name)
    try:
        with _Functions(recording, scope, model):
            yield recording
    finally:
        for module, forward in forwards.items():
            if forward is None:
                del module.forward
            else:
                module.forward = forward
        for module, name in names.items():
            kind = next((MODULES[one] for one in type(module).__mro__ if one in MODULES), None)
            held = kind(module)[2] if kind else {}
            slopes = {key: array_of(one.grad) for key, one in held.items() if getattr(one, "grad", None) is not None}
            recording.gradients(name, slopes)
        recording.finish(model.training)
