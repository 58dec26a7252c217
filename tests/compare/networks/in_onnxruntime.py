"""Two of the networks as ONNX models: LeNet-5 as PyTorch exports it, the MobileNet-like one as Keras' exporter does."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def build(network, weights):
    """The model, with its weights."""
    held = dict(weights)
    nodes, shape = {"lenet": lenet, "mobilenet": mobilenet}[network](held)
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    made = [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)]
    stored = [numpy_helper.from_array(np.array(array, order="C"), name) for name, array in held.items()]
    graph = helper.make_graph(nodes, network, given, made, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)


def node(kind, inputs, output, **attrs):
    return helper.make_node(kind, inputs.split(), [output], name=output, **attrs)


def lenet(held):
    """As torch writes it: pads in numbers, Gemm with transB."""
    nodes = [node("Conv", "x conv1.w conv1.b", "conv1", kernel_shape=[5, 5], pads=[2, 2, 2, 2])]
    nodes += [node("Relu", "conv1", "relu1"), node("MaxPool", "relu1", "pool1", kernel_shape=[2, 2], strides=[2, 2])]
    nodes += [node("Conv", "pool1 conv2.w conv2.b", "conv2", kernel_shape=[5, 5]), node("Relu", "conv2", "relu2")]
    nodes += [node("MaxPool", "relu2", "pool2", kernel_shape=[2, 2], strides=[2, 2]), node("Flatten", "pool2", "flat")]
    nodes += [node("Gemm", "flat fc1.w fc1.b", "fc1", transB=1), node("Relu", "fc1", "relu3")]
    nodes += [node("Gemm", "relu3 fc2.w fc2.b", "fc2", transB=1), node("Relu", "fc2", "relu4")]
    nodes += [node("Gemm", "relu4 fc3.w fc3.b", "fc3", transB=1), node("Softmax", "fc3", "prob", axis=1)]
    return nodes, (2, 1, 28, 28)


def mobilenet(held):
    """As Keras' exporter writes it: channels last outside, a transposition inside, rules for pads, MatMul and Add."""
    held["low"], held["high"], held["axes"] = np.float32(0), np.float32(6), np.array([2, 3])
    held["fc.w"] = held["fc.w"].T
    nodes = [node("Transpose", "x", "first", perm=[0, 3, 1, 2])]

    def layer(name, source, **attrs):
        bias = f"{name}.b" if f"{name}.b" in held else ""
        nodes.append(node("Conv", f"{source} {name}.w {bias}", name, **attrs))
        return name

    def norm(name):
        four = " ".join(f"{name}_bn.{key}" for key in ("scale", "shift", "mean", "variance"))
        nodes.append(node("BatchNormalization", f"{name} {four}", f"{name}_bn", epsilon=1e-3))
        return f"{name}_bn"

    same, halved = {"auto_pad": "SAME_UPPER"}, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}
    nodes_of = lambda name: nodes.append(node("Clip", f"{name} low high", f"{name}_act"))  # noqa: E731
    nodes_of(norm(layer("stem", "first", kernel_shape=[3, 3], **halved)))
    nodes_of(norm(layer("dw1", "stem_bn_act", kernel_shape=[3, 3], group=8, **same)))
    nodes.append(node("HardSwish", norm(layer("pw1", "dw1_bn_act", kernel_shape=[1, 1])), "swish"))
    nodes.append(node("Gelu", norm(layer("dw2", "swish", kernel_shape=[3, 3], group=12, **halved)), "gelu"))
    layer("pw2", "gelu", kernel_shape=[1, 1])
    nodes.append(node("AveragePool", "pw2", "pool", kernel_shape=[3, 3], **same))
    nodes.append(node("ReduceMean", "pool axes", "mean", keepdims=0))
    nodes.append(node("MatMul", "mean fc.w", "product"))
    nodes += [node("Add", "product fc.b", "fc"), node("Softmax", "fc", "prob")]
    return nodes, (2, 16, 16, 3)


def images(array):
    return array if array.shape[1] == 1 else np.ascontiguousarray(array.transpose(0, 2, 3, 1))


def call(session, x):
    return session.run(None, {"x": x})
