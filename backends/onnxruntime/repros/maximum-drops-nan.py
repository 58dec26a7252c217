"""MaxPool drops NaN.

The maximum of numbers with a NaN among them should be NaN, as NumPy, torch and JAX have it. A network that has begun to
compute NaN goes on as if all were well.

Upstream: none found
Shows as: AssertionError
Needs: numpy, onnx
"""

import numpy as np
import onnxruntime
from onnx import helper

print("onnxruntime", onnxruntime.__version__)
inputs = {"x": np.array([[[[1, np.nan, np.nan, 2]]]], np.float32)}
node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[1, 2], strides=[1, 2])
kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
given = [helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in inputs.items()]
graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("y", kinds["x"], None)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
found = session.run(None, inputs)[0].ravel()
print("found   ", found)
print("expected", inputs["x"].reshape(2, 2).max(axis=1))
assert np.isnan(found).all()
