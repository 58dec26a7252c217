"""The calls of the lessons in TensorFlow: what one writes first, and what is right. Images NHWC, kernels HWIO."""

import tensorflow as tf

TENSOR = tf.constant  # how a notebook makes an input
LAYOUTS = {"image": "NHWC", "kernel": "HWIO", "transposed kernel": "HWOI"}
# A convolution with these pads, for the command `explain`.
PADDED = "tf.nn.conv2d(x, w, {stride}, [[0, 0], [{top}, {bottom}], [{left}, {right}], [0, 0]])"


EDGES = [[0, 0], [1, 1], [1, 1], [0, 0]]


def mean_of_sums(x, inside):
    """Means over the pixels that are there: the sum of each window by the sum of ones in it."""
    return tf.nn.avg_pool2d(x, 2, 2, "VALID") / tf.nn.avg_pool2d(inside, 2, 2, "VALID")


SIDES = [[0, 0], [0, 0], [2, 2], [0, 0]]


def layer(x, w, b=None):
    """A Keras layer, built for the image x, with its kernel and bias set."""
    made = tf.keras.layers.Conv2D(w.shape[3], w.shape[:2], use_bias=b is not None)
    made.build(x.shape)
    made.set_weights([w] if b is None else [w, b])
    return made(x)


def learn(x, y, w, reduce):
    """Ten steps of gradient descent, with the learning rate 0.03."""
    kernel = tf.Variable(w)
    for _ in range(10):
        with tf.GradientTape() as tape:
            y_hat = tf.nn.conv2d(x[None, ..., None], kernel[..., None, None], strides=1, padding="VALID")[0, ..., 0]
            loss = reduce((y_hat - y) ** 2)
        kernel.assign_sub(0.03 * tape.gradient(loss, kernel))
    return tf.identity(kernel)


def gradient(x, reduce, times=1):
    """The gradient of the squares by x, from a tape for each time."""
    for _ in range(times):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = reduce(x**2)
        found = tape.gradient(y, x)
    return found


def fill(shape):
    """Weights by the rule of the lesson, eighths from -5/8 to 5/8: made (O, I, h, w) or (O, I), turned to Keras's."""
    order = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}[len(shape)]
    canonical = [shape[order.index(axis)] for axis in range(len(shape))]
    return tf.transpose((tf.reshape(tf.range(tf.reduce_prod(shape)), canonical) * 7 % 11 - 5) / 8, order)


def lenet(x, kernels, third):
    """LeNet-5 with `kernels` in C1; its third convolution has the name `third`."""
    layers = tf.keras.layers
    net = tf.keras.Sequential(
        [
            layers.Conv2D(kernels, 5, padding="same", activation="relu", name="C1"),
            layers.MaxPooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="relu", name="C3"),
            layers.MaxPooling2D(2, name="S4"),
            layers.Conv2D(120, 5, activation="relu", name=third),
            layers.Flatten(),
            layers.Dense(84, activation="relu", name="F6"),
            layers.Dense(10, name="OUTPUT"),
        ]
    )
    net.build(x.shape)
    net.set_weights([fill(weight.shape) for weight in net.weights])
    return net(x)


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="SAME"),
        "padding=1": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "padded before": lambda x, w: tf.nn.conv2d(
            tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), w, strides=2, padding="VALID"
        ),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: tf.nn.conv2d(x, w, strides=1, padding="VALID"),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="VALID", dilations=2),
        "the layer": lambda x, w: tf.keras.layers.Conv2D(1, 2, strides=2, dilation_rate=2)(x),
        "every second output": lambda x, w: tf.nn.conv2d(x, w, strides=1, padding="VALID", dilations=2)[:, ::2, ::2],
        "without dilation": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="VALID"),
    },
    "pooling": {
        "by default": lambda x: tf.nn.avg_pool2d(x, 2, 2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "pixels seen alone": lambda x: mean_of_sums(tf.pad(x, EDGES), tf.pad(tf.ones_like(x), EDGES)),
        "all places": lambda x: tf.nn.avg_pool2d(tf.pad(x, EDGES), 2, 2, padding="VALID"),
    },
    "transposed-convolution": {
        "by default": lambda x, w: tf.nn.conv2d_transpose(x, w, [1, 4, 4, 1], strides=2, padding="VALID"),
    },
    "upsampling": {
        "bilinear": lambda x: tf.image.resize(x, (4, 4), "bilinear"),
        "corners aligned": lambda x: tf.compat.v1.image.resize_bilinear(x, (4, 4), align_corners=True),
        "nearest": lambda x: tf.image.resize(x, (4, 4), "nearest"),
    },
    "layer-and-bias": {
        "the layer": lambda x, w, b: layer(x, w, b),
        "the function": lambda x, w, b: tf.nn.bias_add(tf.nn.conv2d(x, w, strides=1, padding="VALID"), b),
        "without its bias": lambda x, w, b: layer(x, w),
    },
    "learned-kernel": {
        "sum of squares": lambda x, y, w: learn(x, y, w, tf.reduce_sum),
        "mean of squares": lambda x, y, w: learn(x, y, w, tf.reduce_mean),
    },
    "channels": {
        "all channels": lambda x, w: tf.nn.conv2d(x, w, strides=1, padding="VALID"),
        "each channel alone": lambda x, w: tf.nn.conv2d(x, tf.transpose(w, (0, 1, 3, 2)), strides=1, padding="VALID"),
    },
    "padding-modes": {
        "reflect": lambda x: tf.pad(x, SIDES, mode="REFLECT"),
        "constant": lambda x: tf.pad(x, SIDES),
        "symmetric": lambda x: tf.pad(x, SIDES, mode="SYMMETRIC"),
        "replicate": lambda x: tf.pad(x, SIDES, mode="REPLICATE"),
        "circular": lambda x: tf.pad(x, SIDES, mode="CIRCULAR"),
    },
    "flatten-and-dense": {
        "flatten": lambda x: tf.keras.layers.Flatten()(x),
        "transposed before": lambda x: tf.keras.layers.Flatten()(tf.transpose(x, (0, 3, 1, 2))),
    },
    "gradients": {
        "of the sum": lambda x: gradient(x, tf.reduce_sum),
        "of the vector": lambda x: gradient(x, tf.identity),
        "twice": lambda x: gradient(x, tf.reduce_sum, times=2),
    },
    "lenet5": {
        "as the seed wrote it": lambda x: lenet(x, kernels=5, third="C3"),
        "6 kernels": lambda x: lenet(x, kernels=6, third="C3"),
        "names of their own": lambda x: lenet(x, kernels=5, third="C5"),
        "both mended": lambda x: lenet(x, kernels=6, third="C5"),
    },
    "floating-point": {
        "float32": lambda x, y: x + y,
        "float16": lambda x, y: tf.cast(x, tf.float16) + tf.cast(y, tf.float16),
        "bfloat16": lambda x, y: tf.cast(x, tf.bfloat16) + tf.cast(y, tf.bfloat16),
    },
    "layouts-and-memory": {
        "transpose": lambda x: tf.transpose(x, (0, 2, 3, 1)),
        "reshape": lambda x: tf.reshape(x, (1, 2, 3, 2)),
    },
}
