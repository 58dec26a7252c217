"""Records a Flax model (flax.nnx): its modules by their classes, functions of nnx, jax.nn and jax.numpy by name.

    with record(model, "trace/"):
        model(x)                      # not under jit, where there are no values

A function that was imported by its own name (`from flax.nnx import relu`) is not seen and leaves a gap.
"""

import contextlib

import flax
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from backends.recorder import Recording, bound, pair

NAME = "flax"
# What the settings are called here, for `compare`: with their value, or what false and true ask for.
WORDS = {
    "epsilon": "epsilon={}",
    "momentum": "momentum={}",
    "training": "use_running_average=True|use_running_average=False",
    "slope": "negative_slope={}",
    "alpha": "alpha={}",
    "approximate": "approximate=False|approximate=True",
    "axis": "axis={}",
    "count_include_pad": "count_include_pad=False|count_include_pad=True",
    "dilation": "kernel_dilation={}",
    "stride": "strides={}",
    "mode": "method='{}'",
}

ARRAY = type(jnp.zeros(1))


def array_of(tensor):
    """A copy as an array; bfloat16, which NumPy lacks, by its bits."""
    array = np.array(tensor)
    return ("bfloat16", array.view(np.uint16)) if array.dtype.name == "bfloat16" else array


def is_tensor(value):
    return isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer)


def _held(param):
    """The array of a parameter; None where there is none."""
    return None if param is None else array_of(param[...] if isinstance(param, nnx.Variable) else param)


def _pads(padding):
    """[[top, bottom], [left, right]], or a rule in lower case."""
    if isinstance(padding, str):
        return padding.lower()
    ends = [padding] * 2 if isinstance(padding, int) else list(padding)
    return [[int(one)] * 2 if isinstance(one, int) else [int(end) for end in one] for one in ends]


def _conv(layer, args, kwargs):
    settings = {
        "stride": pair(layer.strides or 1),
        "padding": _pads(layer.padding),
        "groups": layer.feature_group_count,
    }
    if settings["padding"] == "circular":
        settings |= {"padding": "same", "padding_mode": "circular"}
    settings |= {"dilation": pair(layer.kernel_dilation or 1), "layout": "NHWC", "kernel_layout": "HWIO"}
    return "conv2d", settings, {"w": _held(layer.kernel), "b": _held(layer.bias)}


def _transposed(layer, args, kwargs):
    stride, padding, kernel = pair(layer.strides or 1), _pads(layer.padding), _held(layer.kernel)
    settings = {"stride": stride, "padding": padding, "dilation": pair(layer.kernel_dilation or 1), "groups": 1}
    sizes = kernel.shape[:2]
    settings["output_padding"] = [max(s - k, 0) for s, k in zip(stride, sizes)] if padding == "valid" else [0, 0]
    if not isinstance(padding, str):  # pads of the enlarged image; here they say what is cut off
        settings["padding"] = [[k - 1 - end for end in ends] for k, ends in zip(sizes, padding)]
    # Without transpose_kernel the kernel is correlated with the enlarged image: the definition scatters it flipped.
    turned = layer.transpose_kernel
    settings |= {"layout": "NHWC", "kernel_layout": "HWOI" if turned else "HWIO", "kernel_flipped": not turned}
    return "conv_transpose2d", settings, {"w": kernel if turned else kernel[::-1, ::-1], "b": _held(layer.bias)}


def _norm(layer, args, kwargs):
    given = kwargs.get("use_running_average", args[1] if len(args) > 1 else None)
    average = layer.use_running_average if given is None else given
    settings = {"epsilon": layer.epsilon, "momentum": layer.momentum, "training": not average, "axis": layer.axis}
    held = {"scale": layer.scale, "shift": layer.bias, "mean": layer.mean, "variance": layer.var}
    return "batch_norm2d", {**settings, "layout": "NHWC"}, {key: _held(one) for key, one in held.items()}


def _dropout(layer, args, kwargs):
    return "dropout", {"rate": layer.rate, "training": not (kwargs.get("deterministic") or layer.deterministic)}, {}


MODULES = {
    nnx.Conv: _conv,
    nnx.ConvTranspose: _transposed,
    nnx.Linear: lambda m, a, k: ("dense", {"kernel_layout": "IO"}, {"w": _held(m.kernel), "b": _held(m.bias)}),
    nnx.BatchNorm: _norm,
    nnx.Dropout: _dropout,
}
OTHERS = (nnx.LayerNorm, nnx.GroupNorm, nnx.Embed, nnx.LinearGeneral, nnx.Einsum, nnx.MultiHeadAttention)


def _pool(kind):
    def described(args, kwargs):
        names = ("inputs", "window_shape", "strides", "padding")
        a = bound((*names, "count_include_pad"), args, kwargs, strides=None, padding="VALID", count_include_pad=True)
        settings = {
            "kernel_size": pair(a["window_shape"]),
            "stride": pair(a["strides"] or 1),
            "padding": _pads(a["padding"]),
        }
        settings |= {"ceil_mode": False, "layout": "NHWC"}
        more = {"dilation": [1, 1]} if kind == "max_pool2d" else {"count_include_pad": bool(a["count_include_pad"])}
        return kind, {**settings, **more}

    return described


def _form(form, **keys):
    """An activation; keys: setting -> (argument, default)."""

    def described(args, kwargs):
        a = bound(("x", *(name for name, _ in keys.values())), args, kwargs)
        return "activation", {"form": form, **{key: a.get(name, default) for key, (name, default) in keys.items()}}

    return described


def _resize(args, kwargs):
    a = bound(("image", "shape", "method", "antialias"), args, kwargs, antialias=True)
    mode = str(getattr(a["method"], "name", a["method"])).lower().replace("linear", "bilinear").replace("bibi", "bi")
    grows = all(new >= old for new, old in zip(a["shape"], a["image"].shape))  # what grows is not blurred
    settings = {"size": pair(a["shape"][1:3]), "mode": mode, "coordinates": "half_pixel", "layout": "NHWC"}
    return "resize2d", {**settings, "antialias": bool(a["antialias"]) and not grows}


def _pad(args, kwargs):
    a = bound(("array", "pad_width", "mode"), args, kwargs, mode="constant", constant_values=0)
    mode = {"edge": "replicate", "wrap": "circular"}.get(a["mode"], a["mode"])
    pads = [[int(one) for one in ends] for ends in a["pad_width"]]
    settings = {"padding": pads[1:3], "mode": mode, "value": float(a["constant_values"]), "layout": "NHWC"}
    return ("pad2d", settings) if len(pads) == 4 else ("", {})


def _mean(mode):
    def described(args, kwargs):
        axes = bound(("a", "axis"), args, kwargs, axis=None)["axis"]
        found = isinstance(axes, (tuple, list)) and sorted(axes) in ([1, 2], [-3, -2])
        return ("adaptive_pool2d", {"mode": mode, "size": [1, 1], "layout": "NHWC"}) if found else ("", {})

    return described


def _concat(args, kwargs):
    return "concat", {"axis": bound(("arrays", "axis"), args, kwargs, axis=0)["axis"]}


def _transpose(args, kwargs):
    axes = args[1:] if len(args) > 2 else bound(("a", "axes"), args, kwargs).get("axes")
    return "transpose", {"axes": [int(one) for one in axes or range(args[0].ndim)[::-1]]}


def _arithmetic(kind):
    def described(args, kwargs):
        constant = [one for one in args if not is_tensor(one)]
        return kind, {"constant": float(constant[0])} if constant else {}

    return described


ACTIVATIONS = {
    "relu": _form("relu"),
    "relu6": _form("relu6"),
    "silu": _form("silu"),
    "swish": _form("silu"),
    "sigmoid": _form("sigmoid"),
    "tanh": _form("tanh"),
    "gelu": _form("gelu", approximate=("approximate", True)),
    "leaky_relu": _form("leaky_relu", slope=("negative_slope", 0.01)),
    "elu": _form("elu", alpha=("alpha", 1.0)),
    "softmax": _form("softmax", axis=("axis", -1)),
    "log_softmax": _form("log_softmax", axis=("axis", -1)),
    "softplus": _form("softplus"),
    "hard_sigmoid": _form("hard_sigmoid"),
    "hard_swish": _form("hard_swish"),
    "hard_silu": _form("hard_swish"),
}
METHODS = {
    "reshape": lambda a, k: ("reshape", {}),
    "transpose": _transpose,
    "mean": _mean("avg"),
    "max": _mean("max"),
    "astype": lambda a, k: ("identity", {}),
}
NUMPY = {**METHODS, "concatenate": _concat, "pad": _pad, "tanh": _form("tanh"), "add": _arithmetic("add")}
OPERATORS = {"__add__": _arithmetic("add"), "__mul__": _arithmetic("mul"), "__sub__": _arithmetic("sub")}
OPERATORS |= {"__radd__": _arithmetic("add"), "__rmul__": _arithmetic("mul")}
FUNCTIONS = (
    (nnx, {**ACTIVATIONS, "max_pool": _pool("max_pool2d"), "avg_pool": _pool("avg_pool2d")}),
    (jax.nn, ACTIVATIONS),
    (jax.image, {"resize": _resize}),
    (jnp, NUMPY),
    (ARRAY, {**METHODS, **OPERATORS}),
)


@contextlib.contextmanager
def record(model, folder):
    """Record what the layers of the model compute while the block runs; the files are written at its end."""
    versions = {"flax": flax.__version__, "jax": jax.__version__}
    recording = Recording(folder, "flax", versions, is_tensor, array_of, "NHWC")
    names = {id(module): ".".join(map(str, path)) for path, module in nnx.iter_modules(model)}
    saved, scope, training = [], [], [False]

    def replace(owner, name, new):
        saved.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, new)

    def of_module(cls):
        original, describe = cls.__call__, next((MODULES[one] for one in cls.__mro__ if one in MODULES), None)

        def call(module, *args, **kwargs):
            if recording.inside or id(module) not in names:
                return original(module, *args, **kwargs)
            name, run = names[id(module)], lambda *a, **k: original(module, *a, **k)
            if describe or isinstance(module, OTHERS):
                found = describe(module, (module, *args)[1:], kwargs) if describe else ("", {}, {})
                training[0] = training[0] or bool(found[1].get("training"))
                described = lambda a, k, result: (*found[:2], recording.tensors([a, k]), found[2])  # noqa: E731
                return recording.run(name, cls.__name__, run, args, kwargs, described)
            if module is model:
                recording.inputs += [recording.named(one) for one in recording.tensors([args, kwargs])]
            scope.append(name)
            try:
                result = run(*args, **kwargs)
            finally:
                scope.pop()
            if module is model:
                recording.outputs += [recording.named(one) for one in recording.tensors(result)]
            return result

        return call

    def of_function(owner, short, describe):
        original = getattr(owner, short)

        def call(*args, **kwargs):
            if not scope or recording.inside or not recording.tensors([args, kwargs]):
                return original(*args, **kwargs)

            def described(a, k, result):
                kind, settings = describe(a, k)
                inputs = recording.tensors([a, k])
                if kind == "reshape" and result.ndim == 2 < inputs[0].ndim and len(result) == len(inputs[0]):
                    kind, settings = "flatten", {"layout": "NHWC"}
                return kind, settings, inputs, {}

            title = ".".join(filter(None, (scope[-1], short.strip("_"))))
            return recording.run(title, f"{owner.__name__}.{short}", original, args, kwargs, described)

        return call

    for cls in {type(module) for _, module in nnx.iter_modules(model)}:
        replace(cls, "__call__", of_module(cls))
    for owner, functions in FUNCTIONS:
        for short, describe in functions.items():
            if hasattr(owner, short):
                replace(owner, short, of_function(owner, short, describe))
    try:
        yield recording
    finally:
        for owner, name, old in reversed(saved):
            if old is None:
                delattr(owner, name)
            else:
                setattr(owner, name, old)
        recording.finish(training[0])
