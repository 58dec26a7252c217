"""MaxPool of nothing but -inf gives the lowest finite number.

The largest of some numbers is one of them.

Upstream: none found
Shows as: AssertionError
Needs: numpy, onnx
"""

import numpy as np
import onnxruntime
from onnx import helper

print("onnxruntime", onnxruntime.__version__)
inputs = {"x": np.full((1, 1, 1, 2), -np.inf, np.float32)}
node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[1, 2])
kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
given = [helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in inputs.items()]
graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("y", kinds["x"], None)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
found = session.run(None, inputs)[0].ravel()
print("found   ", found)
print("expected", inputs["x"].max(keepdims=True).ravel())
assert np.isneginf(found).all()
