"""ONNX Runtime: images NCHW, kernels OIHW; each operator is a model of one or a few nodes, run on the CPU.

ONNX has operators and no functions: `run` writes a model, and a session compiles it. What ONNX lacks most often:

- Convolution and pooling have a pad for every side; the rules ("SAME_UPPER") are refused, or wrong, where there is
  dilation.
- It is made to run models that others trained: there are no gradients, and no layers, so that outputs alone are judged.
"""

import os

import numpy as np
import onnxruntime
from onnx import helper

from backends import processor
from backends.contract import Unsupported, native
from spec.layouts import DENSE
from spec.memory import copied
from spec.padding import explicit, longer, overhangs, transposed

OPSET, IR = 22, 10
PAD_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
ACTIVATIONS = {  # the node, and its attributes
    "relu": ("Relu", {}),
    "leaky_relu": ("LeakyRelu", {}),
    "elu": ("Elu", {}),
    "gelu": ("Gelu", {}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softplus": ("Softplus", {}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),  # by default 0.2, as Theano had it
    "hard_swish": ("HardSwish", {}),
    "softmax": ("Softmax", {}),
    "log_softmax": ("LogSoftmax", {}),
}


class Adapter:
    """The operators of ONNX Runtime on the CPU; tensors are NumPy's arrays, which a session takes as they are."""

    def __init__(self):
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
        self.options.log_severity_level = 4  # errors are raised anyway

    def from_numpy(self, array):
        """A copy; `Unsupported` for a dtype that a session cannot be given."""
        if array.dtype.kind not in "fiub":
            raise Unsupported(f"a session of ONNX Runtime takes no NumPy array of {array.dtype}")
        return copied(array)

    def to_numpy(self, tensor):
        """Nothing to do."""
        return tensor

    def synchronize(self):
        """Nothing to wait for: a session returns when the values are there."""

    def describe(self):
        """Version, device, threads, and how graphs are optimized."""
        return {
            "version": onnxruntime.__version__,
            "device": onnxruntime.get_device().lower(),
            "threads": self.options.intra_op_num_threads,
            "processor": processor.described(MLAS=processor.asked(_mlas)),
            "switches": {"opset": OPSET, "graph_optimization": self.options.graph_optimization_level.name},
        }

    def _run(self, *nodes, **inputs):
        """What the last of these nodes, `helper.make_node` each, makes of inputs by name: an array, or several."""
        kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
        given = [helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in inputs.items()]
        kind = next(iter(kinds.values()))
        made = [helper.make_tensor_value_info(name, kind, None) for name in nodes[-1].output]
        graph = helper.make_graph(nodes, "one", given, made)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        session = onnxruntime.InferenceSession(model.SerializeToString(), self.options, ["CPUExecutionProvider"])
        found = session.run(None, inputs)
        return found[0] if len(found) == 1 else tuple(found)

    # ---- correlation and convolution -------------------------------------------------------------

    def convolve2d(self, x, k):
        """Calls `Conv`.
        Lacks a true convolution (`Conv` correlates), and so `Slice` flips the kernel first instead.
        """
        ends = {"starts": np.array([-1, -1]), "ends": np.array([-(2**31), -(2**31)]), "axes": np.array([2, 3])}
        flip = helper.make_node("Slice", ["k", *ends, "steps"], ["flipped"])
        conv = helper.make_node("Conv", ["x", "flipped"], ["y"])
        return self._run(flip, conv, x=x[None, None], k=k[None, None], **ends, steps=np.array([-1, -1]))[0, 0]

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Calls `Conv`.
        Lacks rules of padding that heed the dilation, and so pads are counted out instead.
        """
        inputs = {"x": x, "w": w} if b is None else {"x": x, "w": w, "b": b}
        pads = _flat(explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation))
        geometry = {"strides": stride, "dilations": dilation, "group": groups, "kernel_shape": w.shape[-2:]}
        return self._run(helper.make_node("Conv", list(inputs), ["y"], **geometry, pads=pads), **inputs)

    @native("NCHW", kernel="IOHW")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        """Calls `ConvTranspose`, whose pads crop.
        Lacks "same" as the convolution behind it has it, and so the crop is counted out instead.
        """
        inputs = {"x": x, "w": w} if b is None else {"x": x, "w": w, "b": b}
        crop, more = transposed(padding, x.shape[-2:], w.shape[-2:], stride, dilation, output_padding)
        geometry = {"strides": stride, "dilations": dilation, "group": groups, "kernel_shape": w.shape[-2:]}
        pads = {"pads": _flat(crop), "output_padding": more}
        return self._run(helper.make_node("ConvTranspose", list(inputs), ["y"], **geometry, **pads), **inputs)

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        """Calls `Pad`.
        Lacks the mode "symmetric", and so says that it is unsupported instead.
        """
        if mode not in PAD_MODES:
            raise Unsupported(f"Pad has the modes {', '.join(PAD_MODES.values())}; none is {mode}")
        (top, bottom), (left, right) = padding
        pads, fill = np.array([0, 0, top, left, 0, 0, bottom, right]), np.array(value, x.dtype)
        node = helper.make_node("Pad", ["x", "pads", "fill"], ["y"], mode=PAD_MODES[mode])
        return self._run(node, x=x, pads=pads, fill=fill)

    @native("NCHW")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """Calls `MaxPool`.
        Lacks rules of padding that heed the dilation, and so pads are counted out instead.
        """
        pads = _flat(explicit(padding, x.shape[-2:], kernel_size, stride, dilation))
        geometry = {"kernel_shape": kernel_size, "strides": stride, "dilations": dilation, "ceil_mode": int(ceil_mode)}
        return self._run(helper.make_node("MaxPool", ["x"], ["y"], **geometry, pads=pads), x=x)

    @native("NCHW")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        """Calls `AveragePool`.
        Lacks a divisor of one's own, and so the mean of the padded image is multiplied by area / divisor instead.
        """
        pads = explicit(padding, x.shape[-2:], kernel_size, stride)
        if divisor_override is not None:
            geometry = x.shape[-2:], kernel_size, stride, (1, 1)
            padded = self.pad2d(
                x, padding=longer(pads, overhangs(*geometry, pads, ceil_mode)), mode="constant", value=0
            )
            mean = helper.make_node("AveragePool", ["x"], ["mean"], kernel_shape=kernel_size, strides=stride)
            share = np.array(kernel_size[0] * kernel_size[1] / divisor_override, x.dtype)
            return self._run(mean, helper.make_node("Mul", ["mean", "share"], ["y"]), x=padded, share=share)
        pads = _flat(pads)
        count = {"ceil_mode": int(ceil_mode), "count_include_pad": int(count_include_pad)}
        node = helper.make_node(
            "AveragePool", ["x"], ["y"], kernel_shape=kernel_size, strides=stride, **count, pads=pads
        )
        return self._run(node, x=x)

    @native("NCHW")
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Calls `Resize`, to sizes: scales would be rounded to float32."""
        sizes = np.array([*x.shape[:2], *(pixels * times for pixels, times in zip(x.shape[-2:], scale))])
        places = "align_corners" if align_corners else "asymmetric" if mode == "nearest" else "half_pixel"
        options = {"mode": {"bilinear": "linear"}.get(mode, mode), "coordinate_transformation_mode": places}
        node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], **options, nearest_mode="floor")
        return self._run(node, x=x, sizes=sizes)

    def flatten(self, x, *, layout):
        """Calls `Flatten` for all but the batch: the order of memory, whatever the layout."""
        return self._run(helper.make_node("Flatten", ["x"], ["y"]), x=x)

    # ---- layers of a network ---------------------------------------------------------------------

    def activation(self, x, *, kind, slope, axis):
        """Calls the node of that name: `Relu`, `Gelu`, `Softmax`, and so on.
        Lacks silu in this opset, and so the product with `Sigmoid` is taken instead.
        """
        if kind == "silu":
            nodes = helper.make_node("Sigmoid", ["x"], ["s"]), helper.make_node("Mul", ["x", "s"], ["y"])
            return self._run(*nodes, x=x)
        if kind == "relu6":
            node = helper.make_node("Clip", ["x", "low", "high"], ["y"])
            return self._run(node, x=x, low=np.array(0, x.dtype), high=np.array(6, x.dtype))
        name, options = ACTIVATIONS[kind]
        options = {"leaky_relu": {"alpha": slope}, "softmax": {"axis": axis}, "log_softmax": {"axis": axis}}.get(
            kind, options
        )
        return self._run(helper.make_node(name, ["x"], ["y"], **options), x=x)

    @native(kernel=DENSE)
    def dense(self, x, w, b=None, *, kernel_layout):
        """Calls `Gemm`, which takes the weights either way round."""
        inputs = {"x": x, "w": w} if b is None else {"x": x, "w": w, "b": b}
        node = helper.make_node("Gemm", list(inputs), ["y"], transB=int(kernel_layout == "OI"))
        return self._run(node, **inputs)

    @native("NCHW")
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `BatchNormalization`, whose momentum is the share of what was there.
        Lacks the unbiased variance, and so says that it is unsupported instead.
        """
        if training and unbiased:
            raise Unsupported("BatchNormalization keeps the variance of the batch without Bessel's correction")
        inputs = {"x": x, "scale": scale, "shift": shift, "mean": mean, "variance": variance}
        if not training:
            node = helper.make_node("BatchNormalization", list(inputs), ["y"], epsilon=epsilon)
            return self._run(node, **inputs), mean.copy(), variance.copy()
        options = {"epsilon": epsilon, "momentum": 1 - momentum, "training_mode": 1}
        outputs = ["y", "mean_after", "variance_after"]
        return self._run(helper.make_node("BatchNormalization", list(inputs), outputs, **options), **inputs)


def _mlas():
    """MLAS, which computes, cannot be asked, nor held to less: it takes the largest kernels that the processor has.

    For floating point those are of AVX-512 at most (`MLAS_PLATFORM`, onnxruntime/core/mlas/lib/platform.cpp).
    """
    order = processor.LEVELS[processor.architecture()]
    largest = "avx512" if "avx512" in order else order[-1]
    return min(processor.machine(), largest, key=order.index), "MLAS, by the processor"


def _flat(pads):
    (top, bottom), (left, right) = pads
    return [top, left, bottom, right]
