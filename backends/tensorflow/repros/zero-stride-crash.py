"""tf.nn.conv2d_transpose with a stride of 0 ends the process when it is traced by tf.function (SIGFPE).

A stride of 0 is a mistake of the caller, and should be an error that can be caught, as it is eagerly. In a graph
Grappler divides by the strides before the kernel has looked at them: with the option disable_meta_optimizer the
same function is refused.

Upstream: none found
Shows as: SIGFPE
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
print("expected an InvalidArgumentError or ValueError", flush=True)
x, w = tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1])
traced = tf.function(lambda x: tf.nn.conv2d_transpose(x, w, output_shape=[1, 2, 2, 1], strides=[0, 1], padding="VALID"))
try:
    found = traced(x)
except (ValueError, tf.errors.InvalidArgumentError) as error:
    print("refused ", error)
else:
    raise AssertionError(f"accepted, and gave the shape {found.shape}")
