"""Records a Gluon model: its blocks by their calls, functions of `mx.nd` and operators between arrays by name.

    with record(model, "trace/"):
        model(x)                      # under autograd.record(), where training is meant; not hybridized

A hybridized model is run as a graph in which no layer can be seen: call `model.hybridize(False)` before.
"""

import contextlib

import mxnet as mx
from mxnet import autograd, gluon

from backends.recorder import Recording, bound, pair

NAME = "gluon"
# What the settings are called here, for `compare`: with their value, or what false and true ask for.
WORDS = {
    "epsilon": "epsilon={}",
    "momentum": "momentum={}",
    "training": "no autograd.record()|autograd.record()",
    "slope": "alpha={}",
    "alpha": "alpha={}",
    "axis": "axis={}",
    "ceil_mode": "ceil_mode=False|ceil_mode=True",
    "count_include_pad": "count_include_pad=False|count_include_pad=True",
    "dilation": "dilation={}",
    "stride": "strides={}",
    "output_padding": "output_padding={}",
}

nn = gluon.nn
ARRAY = mx.nd.NDArray


def array_of(tensor):
    """A copy as an array."""
    return tensor.asnumpy()


def is_tensor(value):
    return isinstance(value, ARRAY)


def _held(parameter):
    """The array of a parameter; None where there is none."""
    return None if parameter is None else array_of(parameter.data())


def _both(pads):
    return [[one, one] for one in pair(pads)]


def _conv(block, args):
    k = block._kwargs
    settings = {"stride": pair(k["stride"]), "padding": _both(k["pad"]), "dilation": pair(k["dilate"])}
    layout = k["layout"]
    settings |= {"groups": k["num_group"], "layout": layout, "kernel_layout": "OIHW" if layout == "NCHW" else "OHWI"}
    return "conv2d", settings, {"w": _held(block.weight), "b": _held(block.bias)}


def _transposed(block, args):
    _, settings, held = _conv(block, args)
    settings |= {"kernel_layout": "IOHW", "output_padding": pair(block._kwargs["adj"])}
    return "conv_transpose2d", settings, held


def _norm(block, args):
    k = block._kwargs
    training = autograd.is_training() and not k["use_global_stats"]
    settings = {"epsilon": k["eps"], "momentum": k["momentum"], "training": training, "axis": k["axis"]}
    held = {"scale": block.gamma, "shift": block.beta, "mean": block.running_mean, "variance": block.running_var}
    held = {key: _held(one) for key, one in held.items()}
    if k["fix_gamma"]:
        held["scale"] = held["scale"] * 0 + 1
    return "batch_norm2d", {**settings, "layout": "NCHW"}, held


def _pool(k, size=None):
    mode = k["pool_type"]
    if k.get("global_pool"):
        return "adaptive_pool2d", {"mode": mode, "size": [1, 1], "layout": k.get("layout") or "NCHW"}, {}
    settings = {
        "kernel_size": pair(k["kernel"]),
        "stride": pair(k.get("stride") or 1),
        "padding": _both(k.get("pad") or 0),
    }
    settings |= {"ceil_mode": k.get("pooling_convention", "valid") == "full", "layout": k.get("layout") or "NCHW"}
    if mode == "max":
        return "max_pool2d", {**settings, "dilation": [1, 1]}, {}
    counted = k.get("count_include_pad")
    return "avg_pool2d", {**settings, "count_include_pad": True if counted is None else bool(counted)}, {}


def _form(form, **settings):
    return ("activation" if form else ""), {"form": form, **settings}, {}


FORMS = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "softrelu": "softplus", "gelu": "gelu"}


def _leaky(k):
    """The operator LeakyReLU, which holds several activations."""
    act = k.get("act_type", "leaky")
    if act == "leaky":
        return _form("leaky_relu", slope=k.get("slope", 0.25))
    if act == "elu":
        return _form("elu", alpha=k.get("slope", 0.25))
    return _form("gelu", approximate=False) if act == "gelu" else _form("")


def _dense(block, args):
    return "dense", {"kernel_layout": "OI"}, {"w": _held(block.weight), "b": _held(block.bias)}


BLOCKS = {
    nn.Conv2DTranspose: _transposed,
    nn.Conv2D: _conv,
    nn.Dense: _dense,
    nn.BatchNorm: _norm,
    nn.MaxPool2D: lambda b, a: _pool(b._kwargs),
    nn.AvgPool2D: lambda b, a: _pool(b._kwargs),
    nn.GlobalAvgPool2D: lambda b, a: _pool(b._kwargs),
    nn.GlobalMaxPool2D: lambda b, a: _pool(b._kwargs),
    nn.Activation: lambda b, a: _form(FORMS.get(b._act_type, "")),
    nn.LeakyReLU: lambda b, a: _form("leaky_relu", slope=b._alpha),
    nn.ELU: lambda b, a: _form("elu", alpha=b._alpha),
    nn.GELU: lambda b, a: _form("gelu", approximate=False),
    nn.Swish: lambda b, a: _form("silu") if b._beta == 1 else _form(""),
    nn.Flatten: lambda b, a: ("flatten", {"layout": "NCHW"}, {}),
    nn.Dropout: lambda b, a: ("dropout", {"rate": b._rate, "training": autograd.is_training()}, {}),
    nn.LayerNorm: lambda b, a: ("", {}, {}),
    nn.InstanceNorm: lambda b, a: ("", {}, {}),
    nn.Embedding: lambda b, a: ("", {}, {}),
}


def _arithmetic(kind):
    def described(args, kwargs):
        constant = [one for one in args if not is_tensor(one)]
        return kind, {"constant": float(constant[0])} if constant else {}, {}

    return described


def _divide(args, kwargs):
    constant = [one for one in args if not is_tensor(one)]
    return ("mul", {"constant": 1 / float(constant[0])}, {}) if constant else ("", {}, {})


def _concat(args, kwargs):
    return "concat", {"axis": kwargs.get("dim", kwargs.get("axis", 1))}, {}


def _transpose(args, kwargs):
    axes = kwargs.get("axes") or (args[1] if len(args) == 2 else args[1:])
    return "transpose", {"axes": [int(one) for one in axes]}, {}


def _mean(mode):
    def described(args, kwargs):
        axes = bound(("data", "axis"), args, kwargs).get("axis")
        found = isinstance(axes, (tuple, list)) and sorted(axes) == [2, 3]
        return ("adaptive_pool2d" if found else ""), {"mode": mode, "size": [1, 1], "layout": "NCHW"}, {}

    return described


def _clip(args, kwargs):
    a = bound(("data", "a_min", "a_max"), args, kwargs)
    return _form("relu6") if (a["a_min"], a["a_max"]) == (0, 6) else _form("")


def _resize(mode):
    def described(args, kwargs):
        (rows, columns), by = args[0].shape[2:], kwargs.get("scale", 1)
        if mode == "nearest":
            settings = {"size": [rows * by, columns * by], "coordinates": "asymmetric"}
            known = kwargs.get("sample_type", "nearest") == "nearest"
        else:
            size = [kwargs.get("height"), kwargs.get("width")]
            aligned = kwargs.get("align_corners", True)
            settings = {"size": size, "coordinates": "align_corners" if aligned else "half_pixel"}
            known = all(size)
        return ("resize2d" if known else ""), {**settings, "mode": mode, "antialias": False, "layout": "NCHW"}, {}

    return described


def _pad(args, kwargs):
    a = bound(("data", "mode", "pad_width"), args, kwargs, mode="constant", constant_value=0)
    width = list(map(int, a["pad_width"]))
    mode = {"edge": "replicate"}.get(a["mode"], a["mode"])
    settings = {"padding": [width[4:6], width[6:8]], "mode": mode, "value": float(a["constant_value"])}
    return ("pad2d" if len(width) == 8 else ""), {**settings, "layout": "NCHW"}, {}


FUNCTIONS = {
    "relu": lambda a, k: _form("relu"),
    "sigmoid": lambda a, k: _form("sigmoid"),
    "tanh": lambda a, k: _form("tanh"),
    "hard_sigmoid": lambda a, k: _form("hard_sigmoid", slope=k.get("alpha", 0.2)),
    "softmax": lambda a, k: _form("softmax", axis=bound(("data", "axis"), a, k, axis=-1)["axis"]),
    "log_softmax": lambda a, k: _form("log_softmax", axis=bound(("data", "axis"), a, k, axis=-1)["axis"]),
    "Activation": lambda a, k: _form(FORMS.get(k.get("act_type"), "")),
    "LeakyReLU": lambda a, k: _leaky(k),
    "clip": _clip,
    "concat": _concat,
    "Concat": _concat,
    "Pooling": lambda a, k: _pool(k),
    "UpSampling": _resize("nearest"),
    "Flatten": lambda a, k: ("flatten", {"layout": "NCHW"}, {}),
    "flatten": lambda a, k: ("flatten", {"layout": "NCHW"}, {}),
    "reshape": lambda a, k: ("reshape", {}, {}),
    "transpose": _transpose,
    "mean": _mean("avg"),
    "max": _mean("max"),
    "pad": _pad,
    "elemwise_add": _arithmetic("add"),
    "broadcast_add": _arithmetic("add"),
}
METHODS = (
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "log_softmax",
    "reshape",
    "flatten",
    "transpose",
    "mean",
    "max",
    "clip",
)
OPERATORS = {"__add__": "add", "__radd__": "add", "__mul__": "mul", "__rmul__": "mul", "__sub__": "sub"}


@contextlib.contextmanager
def record(model, folder):
    """Record what the layers of the model compute while the block runs; the files are written at its end."""
    recording = Recording(folder, "gluon", {"mxnet": mx.__version__}, is_tensor, array_of, "NCHW")
    names, saved, scope, training = {}, [], [], [False]

    def name_all(block, path):
        names.setdefault(id(block), path)
        for key, child in block._children.items():
            name_all(child, f"{path}.{key}" if path else key)

    def replace(owner, name, new):
        saved.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, new)

    def of_block(original):
        def call(block, *args):
            known = id(block) in names
            act = recording.inside == 1 and isinstance(block, nn.Activation) and known
            if act:  # of a layer that has one: what goes into it is what the layer itself computed
                recording.hidden.append((*BLOCKS[nn.Activation](block, args)[:2], args[0]))
            if recording.inside or not known:
                return original(block, *args)
            training[0] = training[0] or autograd.is_training()
            name, describe = names[id(block)], next((BLOCKS[one] for one in type(block).__mro__ if one in BLOCKS), None)
            if describe and name:
                if isinstance(block, nn.Dense) and block._flatten and args[0].ndim > 2:
                    flat = recording.run(
                        f"{name}.flatten",
                        "Dense",
                        ARRAY.flatten,
                        args,
                        {},
                        lambda a, k, r: ("flatten", {"layout": "NCHW"}, [a[0]], {}),
                    )
                    args = (flat,)

                def described(a, k, result):
                    kind, settings, held = describe(block, a)
                    return kind, settings, recording.tensors(a), held

                return recording.run(name, type(block).__name__, lambda *a: original(block, *a), args, {}, described)
            if not name:
                recording.inputs += [recording.named(one) for one in recording.tensors(args)]
            scope.append(name)
            try:
                result = original(block, *args)
            finally:
                scope.pop()
            if not name:
                recording.outputs += [recording.named(one) for one in recording.tensors(result)]
            return result

        return call

    def of_function(original, short, describe):
        def call(*args, **kwargs):
            if not scope or recording.inside or not recording.tensors([args, kwargs]):
                return original(*args, **kwargs)

            def described(a, k, result):
                kind, settings, held = describe(a, k)
                inputs = recording.tensors([a, k])
                if kind == "reshape" and result.ndim == 2 < inputs[0].ndim and len(result) == len(inputs[0]):
                    kind, settings = "flatten", {"layout": "NCHW"}
                return kind, settings, inputs, held

            title = ".".join(filter(None, (scope[-1], short)))
            return recording.run(title, f"mx.nd.{short}", original, args, kwargs, described)

        return call

    name_all(model, "")
    for cls in (gluon.Block, gluon.HybridBlock):
        if "__call__" in vars(cls):
            replace(cls, "__call__", of_block(cls.__call__))
    for short, describe in FUNCTIONS.items():
        replace(mx.nd, short, of_function(getattr(mx.nd, short), short, describe))
    replace(
        mx.nd.contrib, "BilinearResize2D", of_function(mx.nd.contrib.BilinearResize2D, "resize", _resize("bilinear"))
    )
    for short in METHODS:
        replace(ARRAY, short, of_function(getattr(ARRAY, short), short, FUNCTIONS[short]))
    replace(ARRAY, "__truediv__", of_function(ARRAY.__truediv__, "div", _divide))
    for operator, kind in OPERATORS.items():
        replace(ARRAY, operator, of_function(getattr(ARRAY, operator), kind, _arithmetic(kind)))
    try:
        yield recording
    finally:
        for owner, name, old in reversed(saved):
            if old is None:
                delattr(owner, name)
            else:
                setattr(owner, name, old)
        recording.finish(training[0])
