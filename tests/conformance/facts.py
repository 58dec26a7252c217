"""Facts about the conventions of frameworks that were known before any probe asked for them.

They come from documentation and from the reports of users.
"""

# question -> interface -> answer; beside some, where it was reported
FACTS = {
    "conv.flip": {
        "torch.nn.functional": "correlation",
        "tf.nn": "correlation",
        "jax.lax": "correlation",
        "mxnet.npx": "correlation",
        "jax.scipy": "convolution",
    },
    "padding.same.stride": {  # pytorch/pytorch#67551
        "tf.nn": "odd pixel at the end",
        "jax.lax": "odd pixel at the end",
        "torch.nn.functional": "refuses",
        "torch.nn.functional, padding=1": "odd pixel at the beginning",
        "mxnet.npx, pad=1": "odd pixel at the beginning",
    },
    "padding.same.lower": {
        "jax.lax": "exists, odd pixel at the beginning",
        "torch.nn.functional": "refuses",
        "tf.nn": "refuses",
    },
    "padding.asymmetric": {
        "tf.nn": "works",
        "jax.lax": "works",
        "flax.nnx": "works",
        "torch.nn.functional": "refuses",
        "tf.keras": "refuses",
        "mxnet.npx": "refuses",
    },
    "errors.empty": {
        "mxnet.npx": "later, after the result was read",
    },
    "conv.implicit-groups": {  # tensorflow/tensorflow#29005
        "tf.nn": "groups follow from the shapes",
        "torch.nn.functional": "refuses",
        "jax.lax": "refuses",
        "mxnet.npx": "refuses",
    },
    "conv.groups.gradient": {  # tensorflow/tensorflow#53631
        "torch.nn.functional": "works",
        "jax.lax": "works",
        "mxnet.npx": "works",
        "tf.nn, float64": "refuses",
    },
    "conv.stride-dilation": {
        "tf.nn": "works",
        "tf.keras": "refuses",
    },
    "conv.bias": {
        "mxnet.npx": "refuses",
        "mxnet.npx, deconvolution": "works",
    },
    "dtype.mixed": {
        "torch.nn.functional": "refuses",
        "mxnet.npx": "refuses",
        "tf.nn": "refuses",
    },
    "dtype.numpy-into-call": {
        "tf.nn": "float32",
        "jax.lax": "float32",
    },
    "dtype.half": {  # apache/mxnet#15780
        "mxnet.npx": "refuses",
        "torch.nn.functional": "float16",
        "tf.nn": "float16",
        "jax.lax": "float16",
    },
    "dtype.bfloat16": {
        "mxnet.npx": "refuses",
    },
    "layout.channels-last": {  # apache/mxnet#21176
        "mxnet.npx": "refuses",
    },
    "layout.pool.channels-last": {
        "mxnet.npx": "works",
    },
    "layout.channels-first": {
        "tf.nn": "works",
        "tf.nn, float64": "refuses",
    },
    "layer.weights": {  # pytorch/pytorch#15314
        "torch.nn": "uniform, 1/sqrt(fan_in)",
        "tf.keras": "uniform, Glorot: sqrt(6/(fan_in + fan_out))",
        "flax.nnx": "normal cut off, LeCun: std 1/sqrt(fan_in)",
        "mxnet.gluon": "uniform, 0.07",
    },
    "layer.bias.values": {  # pytorch/pytorch#15314
        "torch.nn": "uniform, 1/sqrt(fan_in)",
    },
    "layer.parameters": {
        "torch.nn": "weight (4, 3, 2, 5), bias (4,)",
        "mxnet.gluon": "weight (4, 3, 2, 5), bias (4,)",
        "tf.keras": "kernel (2, 5, 3, 4), bias (4,)",
    },
    "padding.default": {
        "flax.nnx": "same",
        "torch.nn": "none",
        "tf.keras": "none",
        "mxnet.gluon": "none",
    },
    "padding.order": {
        "torch.nn.functional": "left, right, top, bottom",
        "numpy": "top, bottom, left, right",
        "mxnet.nd, image of two axes": "refuses",
    },
    "padding.modes": {
        "torch.nn.functional": "constant reflect replicate circular",
        "tf": "constant reflect symmetric",
        "mxnet.np": "constant reflect symmetric edge",
    },
    "padding.negative": {  # pytorch/pytorch#105629
        "torch.nn.functional": "crops",
        "jax.lax": "crops",
        "mxnet.np": "crops",
        "numpy": "refuses",
        "jax.numpy": "refuses",
        "tf": "refuses",
    },
    "padding.reflect.gradient": {  # apache/mxnet#17328
        "mxnet.np": "refuses",
        "torch.nn.functional": "every copy counts",
        "tf": "every copy counts",
        "jax.numpy": "every copy counts",
    },
    "pool.average.padding": {  # google/flax#2401
        "flax.nnx": "counts it",
        "torch.nn.functional": "counts it",
        "mxnet.gluon": "counts it",
        "tf.nn": "leaves it out",
        "tf.keras": "leaves it out",
    },
    "pool.stride": {
        "flax.nnx": "1",
        "mxnet.npx": "1",
        "torch.nn.functional": "the window's size",
        "tf.keras": "the window's size",
        "mxnet.gluon": "the window's size",
        "tf.nn": "refuses",
    },
    "pool.global": {
        "tf.keras": "(N, C)",
        "torch.nn": "(N, C, 1, 1)",
        "mxnet.gluon": "(N, C, 1, 1)",
    },
    "pool.max.padding": {
        "jax.lax, from 0": "zero",
    },
    "resize.nearest": {  # pytorch/pytorch#34808
        "torch.nn.functional": "floor(i * 3/5): left edges",
        "torch.nn.functional, nearest-exact": "floor((i + 1/2) * 3/5): centres",
        "tf.image": "floor((i + 1/2) * 3/5): centres",
        "jax.image": "floor((i + 1/2) * 3/5): centres",
    },
    "resize.bilinear": {  # pytorch/pytorch#10604
        "torch.nn.functional": "half-pixel: edges agree",
        "tf.image": "half-pixel: edges agree",
        "jax.image": "half-pixel: edges agree",
        "mxnet.nd": "corners agree",
    },
    "resize.antialias": {
        "jax.image": "yes: the triangle grows",
        "torch.nn.functional": "no: two pixels are read",
        "tf.image": "no: two pixels are read",
    },
    "transposed.flip": {  # jax-ml/jax#14337
        "jax.lax": "turned",
        "flax.nnx": "turned",
        "jax.lax, transpose_kernel": "as written",
        "torch.nn.functional": "as written",
        "tf.nn": "as written",
        "mxnet.npx": "as written",
    },
    "layer.transposed.parameters": {  # google/flax#3137
        "torch.nn": "IOHW",
        "mxnet.gluon": "IOHW",
        "tf.keras": "HWOI",
        "flax.nnx": "HWIO",
    },
    "transposed.same.stride": {  # keras-team/keras#22876
        "tf.nn": "cut at the end",
        "jax.lax": "cut at the end, kernel turned",
        "torch.nn.functional, padding=1": "cut at the beginning",
        "mxnet.npx, pad=1": "cut at the beginning",
    },
    "transposed.dilation": {
        "torch.nn.functional": "works",
        "mxnet.npx": "works",
        "tf.keras": "refuses",
    },
    "transposed.groups": {
        "torch.nn.functional": "works",
        "mxnet.npx": "works",
        "jax.lax": "refuses",
        "tf.keras": "refuses",
    },
    "gradient.vector": {
        "tf.GradientTape": "its sum is differentiated",
        "mxnet.autograd": "its sum is differentiated",
        "torch": "refuses",
        "jax.grad": "refuses",
    },
    "gradient.assignment": {  # tensorflow/tensorflow#30234, apache/mxnet#10844
        "torch": "works",
        "tf.Variable": "none",
        "jax.numpy": "refuses",
        "jax.numpy, .at[].set": "works",
        "mxnet.autograd": "refuses",
    },
    "optimizer.batch": {
        "mxnet.gluon": "yes",
    },
    "loss.squared": {
        "mxnet.gluon": "half the mean of each sample",
    },
}
