"""Conv with a kernel without taps does not end.

It should be refused, as it is where the shape of the kernel is known before. The process must be ended from outside.

Upstream: none found
Shows as: SIGALRM
Needs: numpy, onnx
"""

import signal

import numpy as np
import onnxruntime
from onnx import helper

print("onnxruntime", onnxruntime.__version__)
inputs = {"x": np.ones((1, 1, 4, 5), np.float32), "w": np.ones((1, 1, 0, 3), np.float32)}
node = helper.make_node("Conv", ["x", "w"], ["y"])
kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in inputs.items()}
given = [helper.make_tensor_value_info(name, kinds[name], [None] * array.ndim) for name, array in inputs.items()]
graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("y", kinds["x"], None)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
print("expected", "an error", flush=True)
signal.alarm(5)
found = session.run(None, inputs)[0]
raise AssertionError(f"it ended, with {found.shape}")
