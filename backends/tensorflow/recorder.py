"""Records a Keras model, on any of its backends: layers and operations by their calls, `keras.ops` and `tf` by name.

    with record(model, "trace/"):
        model(x)                      # called, not predict(), which compiles the model

Operators between tensors (x + y) are seen with the TensorFlow backend; a function that was imported by its own name is
not, and leaves a gap.
"""

import contextlib

import keras
import numpy as np

from backends.recorder import Recording, both_ends, bound, pair

NAME = "keras"
# What the settings are called here, for `compare`: with their value, or what false and true ask for.
WORDS = {
    "epsilon": "epsilon={}",
    "momentum": "momentum={}",
    "training": "training=False|training=True",
    "slope": "negative_slope={}",
    "alpha": "alpha={}",
    "approximate": "approximate=False|approximate=True",
    "axis": "axis={}",
    "dilation": "dilation_rate={}",
    "stride": "strides={}",
    "mode": "interpolation='{}'",
}


def array_of(tensor):
    """A copy as an array; bfloat16, which NumPy lacks, by its bits."""
    array = keras.ops.convert_to_numpy(tensor) if not hasattr(tensor, "numpy") else tensor.numpy()
    array = np.array(array)
    return ("bfloat16", array.view(np.uint16)) if array.dtype.name == "bfloat16" else array


def is_tensor(value):
    return keras.ops.is_tensor(value) and not isinstance(value, keras.KerasTensor)


def _layout(layer):
    return "NCHW" if getattr(layer, "data_format", "channels_last") == "channels_first" else "NHWC"


def _weights(layer, **names):
    found = {key: getattr(layer, name, None) for key, name in names.items()}
    return {key: array_of(one) for key, one in found.items() if one is not None}


def _conv(a, **changed):
    settings = {"stride": pair(a.strides), "padding": both_ends(a.padding), "dilation": pair(a.dilation_rate)}
    return {**settings, "groups": getattr(a, "groups", 1), "layout": _layout(a), "kernel_layout": "HWIO", **changed}


def _depthwise(layer):
    kernel = array_of(layer.kernel)  # rows, columns, channels, multiplier
    rows, columns, channels, many = kernel.shape
    held = {"w": kernel.reshape(rows, columns, 1, channels * many)}
    settings = _conv(layer, groups=channels)
    return "conv2d", settings, {**held, **_weights(layer, b="bias")}


def _transposed(layer):
    settings = _conv(layer, kernel_layout="HWOI")
    settings["output_padding"] = pair(layer.output_padding) if layer.output_padding else None
    return "conv_transpose2d", settings, _weights(layer, w="kernel", b="bias")


def _norm(layer, args, kwargs):
    training = kwargs.get("training", args[1] if len(args) > 1 else None)
    settings = {"epsilon": layer.epsilon, "momentum": layer.momentum, "training": bool(training) and layer.trainable}
    held = _weights(layer, scale="gamma", shift="beta", mean="moving_mean", variance="moving_variance")
    return "batch_norm2d", {**settings, "axis": layer.axis, "layout": "NHWC"}, held


def _pool(kind, layer):
    settings = {"kernel_size": pair(layer.pool_size), "stride": pair(layer.strides), "padding": layer.padding}
    settings |= {"ceil_mode": False, "layout": _layout(layer)}
    return (
        kind,
        {**settings, "count_include_pad": False} if kind == "avg_pool2d" else {**settings, "dilation": [1, 1]},
        {},
    )


def _global(mode):
    return lambda layer: ("adaptive_pool2d", {"mode": mode, "size": [1, 1], "layout": _layout(layer)}, {})


def _resize(layer, args):
    shape, layout = args[0].shape, _layout(layer)
    rows, columns = (shape[1], shape[2]) if layout == "NHWC" else (shape[2], shape[3])
    size = [int(rows * layer.size[0]), int(columns * layer.size[1])]
    settings = {"size": size, "mode": layer.interpolation, "coordinates": "half_pixel", "antialias": False}
    return "resize2d", {**settings, "layout": layout}, {}


def _resizing(layer):
    settings = {"size": [layer.height, layer.width], "mode": layer.interpolation, "coordinates": "half_pixel"}
    return "resize2d", {**settings, "antialias": getattr(layer, "antialias", False), "layout": _layout(layer)}, {}


def _pad(layer):
    settings = {"padding": both_ends(layer.padding), "mode": "constant", "value": 0.0, "layout": _layout(layer)}
    return "pad2d", settings, {}


def _permute(layer):
    return "transpose", {"axes": [0, *layer.dims]}, {}


SAME = ("relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "softmax", "log_softmax", "elu", "softplus", "leaky_relu")
FORMS = {name: name for name in (*SAME, "hard_sigmoid", "hard_swish")} | {"swish": "silu", "hard_silu": "hard_swish"}


def _activation(name, args, kwargs, **defaults):
    """An activation by the name of its function; `defaults` are those of who offers it, where they differ."""
    form = FORMS.get(name, "")
    settings = {"form": form}
    if form in ("softmax", "log_softmax"):
        axis = bound(("x", "axis"), args, kwargs, axis=-1)["axis"]
        settings["axis"] = -1 if axis is None else axis
    if form == "gelu":
        a = bound(("x", "approximate"), args, kwargs, **{"approximate": True, **defaults})
        settings["approximate"] = bool(a["approximate"])
    if form == "leaky_relu":
        a = bound(("x", "negative_slope"), args, kwargs, negative_slope=0.2)
        settings["slope"] = float(a.get("alpha", a["negative_slope"]))
    if form == "elu":
        settings["alpha"] = bound(("x", "alpha"), args, kwargs, alpha=1.0)["alpha"]
    if form == "relu":
        a = bound(("x", "negative_slope", "max_value"), args, kwargs, negative_slope=0.0, max_value=None)
        if a["max_value"] == 6:
            settings["form"] = "relu6"
        elif a["negative_slope"]:
            settings = {"form": "leaky_relu", "slope": float(a["negative_slope"])}
    return ("activation" if form else ""), settings, {}


def _relu(layer):
    slope, most = float(layer.negative_slope), layer.max_value
    if slope:
        return "activation", {"form": "leaky_relu", "slope": slope}, {}
    known = {None: "relu", 6: "relu6"}.get(most)
    return ("activation" if known else ""), {"form": known}, {}


LAYERS = {
    "Conv2D": lambda layer: ("conv2d", _conv(layer), _weights(layer, w="kernel", b="bias")),
    "DepthwiseConv2D": _depthwise,
    "Conv2DTranspose": _transposed,
    "Dense": lambda layer: ("dense", {"kernel_layout": "IO"}, _weights(layer, w="kernel", b="bias")),
    "MaxPooling2D": lambda layer: _pool("max_pool2d", layer),
    "AveragePooling2D": lambda layer: _pool("avg_pool2d", layer),
    "GlobalAveragePooling2D": _global("avg"),
    "GlobalMaxPooling2D": _global("max"),
    "Resizing": _resizing,
    "ZeroPadding2D": _pad,
    "Flatten": lambda layer: ("flatten", {"layout": "NHWC"}, {}),
    "Reshape": lambda layer: ("reshape", {}, {}),
    "Permute": _permute,
    "Add": lambda layer: ("add", {}, {}),
    "Multiply": lambda layer: ("mul", {}, {}),
    "Concatenate": lambda layer: ("concat", {"axis": layer.axis}, {}),
    "Rescaling": lambda layer: (
        "scale",
        {"factor": np.array(layer.scale).tolist(), "offset": np.array(layer.offset).tolist()},
        {},
    ),
    "ReLU": _relu,
    "LeakyReLU": lambda layer: ("activation", {"form": "leaky_relu", "slope": float(layer.negative_slope)}, {}),
    "ELU": lambda layer: ("activation", {"form": "elu", "alpha": float(layer.alpha)}, {}),
    "Softmax": lambda layer: ("activation", {"form": "softmax", "axis": layer.axis}, {}),
}


def _described(layer, args, kwargs):
    """(kind, settings, weights) of a layer or operation; None for one that is looked into."""
    name = type(layer).__name__
    if name == "BatchNormalization":
        return _norm(layer, args, kwargs)
    if name == "UpSampling2D":
        return _resize(layer, args)
    if name in ("Dropout", "SpatialDropout2D"):
        return "dropout", {"rate": layer.rate, "training": bool(kwargs.get("training"))}, {}
    if name == "Activation":
        return _of_function(layer.activation)
    if name in LAYERS and isinstance(layer, keras.layers.Layer):
        return LAYERS[name](layer)
    if not isinstance(layer, keras.layers.Layer):  # an operation of a functional model
        return _operation(name.lower(), args, vars(layer) | kwargs)
    if name == "InputLayer":
        return None
    made_of = getattr(layer, "_layers", None)
    own = (
        type(layer).call is not keras.layers.Layer.call and not made_of and type(layer).__module__.startswith("keras.")
    )
    return ("", {}, {}) if own else None


def _of_function(function):
    """An activation given as a function or as a layer, with the defaults that it has then."""
    if isinstance(function, keras.layers.Layer):
        return _described(function, (), {}) or ("", {}, {})
    name = getattr(function, "__name__", type(function).__name__)
    return _activation(name, (), {}, approximate=False)


def _operation(name, args, kwargs, **defaults):
    if name in ("add", "multiply", "subtract"):
        tensors = [one for one in args if is_tensor(one)]
        constant = (
            {} if len(tensors) == 2 else {"constant": next((float(one) for one in args if not is_tensor(one)), 0.0)}
        )
        return {"multiply": "mul", "subtract": "sub"}.get(name, name), constant, {}
    if name in ("concatenate", "concat"):
        return "concat", {"axis": bound(("xs", "axis"), args, kwargs, axis=-1)["axis"]}, {}
    if name in ("transpose",):
        axes = bound(("x", "axes"), args, kwargs).get("axes") or kwargs.get("perm")
        return "transpose", {"axes": [int(one) for one in axes]}, {}
    if name in ("reshape", "squeeze", "expanddims", "expand_dims"):
        return "reshape", {}, {}
    if name in ("mean", "reduce_mean", "max", "reduce_max"):
        axes = bound(("x", "axis"), args, kwargs, axis=None)["axis"]
        found = {"mode": "avg" if "mean" in name else "max", "size": [1, 1], "layout": "NHWC"}
        return ("adaptive_pool2d", found, {}) if axes is not None and sorted(axes) == [1, 2] else ("", {}, {})
    if name == "cast":
        return "identity", {}, {}
    if name == "pad":
        pads = [list(map(int, one)) for one in args[1]]
        mode = str(kwargs.get("mode", args[2] if len(args) > 2 else "constant")).lower()
        settings = {"padding": pads[1:3], "mode": mode, "value": 0.0, "layout": "NHWC"}
        return ("pad2d" if len(pads) == 4 else ""), settings, {}
    return _activation(name, args, kwargs, **defaults) if name in FORMS else ("", {}, {})


OPERATIONS = (
    "add",
    "multiply",
    "subtract",
    "concatenate",
    "transpose",
    "reshape",
    "mean",
    "max",
    "pad",
    "cast",
    *FORMS,
)
OF_TENSORFLOW = (
    "add",
    "multiply",
    "subtract",
    "concat",
    "transpose",
    "reshape",
    "reduce_mean",
    "reduce_max",
    "pad",
    "cast",
)


@contextlib.contextmanager
def record(model, folder):
    """Record what the layers of the model compute while the block runs; the files are written at its end."""
    versions = {"keras": keras.__version__, keras.backend.backend(): _version()}
    layout = "NCHW" if keras.config.image_data_format() == "channels_first" else "NHWC"
    recording = Recording(folder, f"keras ({keras.backend.backend()})", versions, is_tensor, array_of, layout)
    scope, depth, saved, training = [], [0], [], [False]

    def replace(owner, name, make):
        saved.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, make(getattr(owner, name)))

    def of_layer(original):
        def call(layer, *args, **kwargs):
            root = not depth[0] and layer is model and not recording.inside
            if root:
                args = [keras.ops.convert_to_tensor(one) if isinstance(one, np.ndarray) else one for one in args]
            if not recording.tensors([args, kwargs]) or recording.inside:
                return original(layer, *args, **kwargs)
            training[0] = training[0] or bool(kwargs.get("training"))
            found = None if root else _described(layer, args, kwargs)
            name = ".".join(filter(None, [*scope, getattr(layer, "name", "")]))
            if found is not None:
                kind, settings, held = found
                return _with_activation(
                    recording,
                    layer,
                    lambda: recording.run(
                        name,
                        type(layer).__name__,
                        lambda *a, **k: original(layer, *a, **k),
                        args,
                        kwargs,
                        lambda a, k, result: (kind, settings, recording.tensors([a, k]), held),
                    ),
                )
            if root:
                recording.inputs += [recording.named(one) for one in recording.tensors([args, kwargs])]
            depth[0] += 1
            scope.append("" if root else getattr(layer, "name", ""))
            try:
                result = original(layer, *args, **kwargs)
            finally:
                scope.pop()
                depth[0] -= 1
            if root:
                recording.outputs += [recording.named(one) for one in recording.tensors(result)]
            return result

        return call

    def of_function(short, title, **defaults):
        def make(original):
            def call(*args, **kwargs):
                if not depth[0] or recording.inside or not recording.tensors([args, kwargs]):
                    return original(*args, **kwargs)

                def described(a, k, result):
                    kind, settings, held = _operation(short, a, k, **defaults)
                    inputs = recording.tensors([a, k])
                    if kind not in ("", "add", "mul", "sub", "concat"):
                        inputs = inputs[:1]  # others are shapes
                    flat = kind == "reshape" and len(result.shape) == 2 and len(inputs[0].shape) > 2
                    if flat and result.shape[0] == inputs[0].shape[0]:
                        kind, settings = "flatten", {"layout": "NHWC"}
                    return kind, settings, inputs, held

                name = ".".join(filter(None, [*scope, short]))
                return recording.run(name, title, original, args, kwargs, described)

            return call

        return make

    replace(keras.layers.Layer, "__call__", of_layer)
    replace(keras.Operation, "__call__", of_layer)
    for name in OPERATIONS:
        if hasattr(keras.ops, name):
            replace(keras.ops, name, of_function(name, f"keras.ops.{name}"))
    _patch_tensorflow(replace, of_function)
    try:
        yield recording
    finally:
        for owner, name, old in reversed(saved):
            if old is None:
                delattr(owner, name)
            else:
                setattr(owner, name, old)
        recording.finish(training[0])


def _with_activation(recording, layer, run):
    """Run a layer whose own activation is seen as a layer of its own."""
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", type(function).__name__)
    if function is None or name == "linear" or type(layer).__name__ == "Activation":
        return run()

    def seen(x, *args, **kwargs):
        kind, settings, _ = _of_function(function)
        recording.hidden.append((kind, settings, x))
        return function(x, *args, **kwargs)

    layer.activation = seen
    try:
        return run()
    finally:
        layer.activation = function


def _version():
    return getattr(__import__(keras.backend.backend()), "__version__", "")


def _patch_tensorflow(replace, of_function):
    """The functions and operators of TensorFlow itself, where Keras runs on it."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    for name in OF_TENSORFLOW:
        replace(
            tf, name, of_function(name.replace("concat", "concatenate") if name == "concat" else name, f"tf.{name}")
        )
    for name in ("relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "softmax", "elu", "leaky_relu", "softplus"):
        replace(tf.nn, name, of_function(name, f"tf.nn.{name}", approximate=False))
    for operator, name in (("__add__", "add"), ("__mul__", "multiply"), ("__sub__", "subtract")):
        replace(tf.Tensor, operator, of_function(name, name))
