"""tf.matmul in bfloat16 ends the process where oneDNN is held to less than AVX-512 (SIGSEGV).

Run with ONEDNN_MAX_CPU_ISA=AVX2 on a processor with AVX-512: TensorFlow asks the processor, hands bfloat16 over, and
goes on with what oneDNN could not make.

Upstream: none found
Shows as: SIGSEGV
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
print("expected numbers, or an error that can be caught", flush=True)
found = tf.matmul(tf.ones((3, 7), tf.bfloat16), tf.ones((7, 5), tf.bfloat16))
print("found   ", found.numpy())
assert tf.reduce_all(found == 7)
