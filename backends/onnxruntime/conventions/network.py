"""Activations and batch normalisation of ONNX, as ONNX Runtime computes them, by the defaults of their attributes."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def run(kind, x, *more, outputs=1, **attributes):
    """What one node makes of float32 arrays: an array, or a list of several."""
    arrays = {f"in{place}": array.astype(np.float32) for place, array in enumerate((x, *more))}
    names = [f"out{place}" for place in range(outputs)]
    node = helper.make_node(kind, list(arrays), names, **attributes)
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in arrays.items()]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    graph = helper.make_graph([node], "one", given, made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, arrays)
    return found[0] if outputs == 1 else found


def trained(x):
    """y, running mean and running variance after one batch."""
    one = np.ones(1)
    return run("BatchNormalization", x, one, 0 * one, 0 * one, one, outputs=3, training_mode=1)


def new(x):
    """A batch by a mean of 0 and a variance of 1."""
    one = np.ones(1)
    return run("BatchNormalization", x, one, 0 * one, 0 * one, one).ravel()


PROBES = {
    "onnx": {
        "activation.gelu": lambda x: run("Gelu", x),
        "activation.leaky": lambda x: run("LeakyRelu", x),
        "activation.elu": lambda x: run("Elu", x),
        "activation.hard-sigmoid": lambda x: run("HardSigmoid", x),
        "activation.softmax.axis": lambda x: run("Softmax", x),
        "activation.softmax.masked": lambda x: run("Softmax", x),
        "norm.epsilon": lambda x: trained(x)[0].ravel(),
        "norm.momentum": lambda x: trained(x)[1],
        "norm.variance": lambda x: 1 + (trained(x)[2] - 1) / (trained(x)[1] / 4),
        "norm.mode": lambda x: new(x),
        "norm.one-value": lambda x: trained(x)[0].ravel(),
    },
}
