"""Resize, linear with align_corners, multiplies a pixel that does not count by 0.

Pixels that lie on a pixel of the image are copies of it. Here the neighbour takes part with the weight 0, and 0 times
infinity is NaN.

Upstream: none found
Shows as: AssertionError
Needs: numpy, onnx
"""

import numpy as np
import onnxruntime
from onnx import helper

print("onnxruntime", onnxruntime.__version__)
inputs = {"x": np.array([[[[1, 2, np.inf]]]], np.float32), "sizes": np.array([1, 1, 1, 5])}
options = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], **options)
kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
given = [helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in inputs.items()]
graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("y", kinds["x"], None)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
found = session.run(None, inputs)[0].ravel()[::2]
print("found   ", found)
print("expected", inputs["x"].ravel())
assert np.array_equal(found, inputs["x"].ravel())
