"""The calls of the lessons in JAX: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

jax.config.update("jax_enable_x64", False)  # the default, which the adapter changes
TENSOR = jnp.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
# A convolution with these pads, for the command `explain`.
PADDED = "lax.conv_general_dilated(x, w, ({stride}, {stride}), [({top}, {bottom}), ({left}, {right})])"


def channels_last(x):
    """flax pools images NHWC."""
    return x.transpose(0, 2, 3, 1)


def channels_first(y):
    """Back to NCHW."""
    return y.transpose(0, 3, 1, 2)


SIDES = ((0, 0), (0, 0), (0, 0), (2, 2))


def layer(x, w, b=None):
    """A layer of flax, which is NHWC and HWIO, and pads SAME unless it is told not to."""
    rngs = nnx.Rngs(0)
    made = nnx.Conv(w.shape[1], w.shape[0], w.shape[2:], padding="VALID", use_bias=b is not None, rngs=rngs)
    made.kernel.set_value(w.transpose(2, 3, 1, 0))
    if b is not None:
        made.bias.set_value(b)
    return channels_first(made(channels_last(x)))


def learn(x, y, w, reduce):
    """Ten steps of gradient descent, with the learning rate 0.03."""

    def loss(w):
        return reduce((lax.conv(x[None, None], w[None, None], (1, 1), "VALID")[0, 0] - y) ** 2)

    for _ in range(10):
        w = w - 0.03 * jax.grad(loss)(w)
    return w


def fill(layer):
    """The layer with weights by the rule of the lesson, eighths from -5/8 to 5/8: made (O, I, h, w) or (O, I)."""
    shape = layer.kernel.shape
    canonical, order = (shape[::-1], (1, 0)) if len(shape) == 2 else ((*shape[:1:-1], *shape[:2]), (2, 3, 1, 0))
    kernel = (jnp.arange(layer.kernel.size).reshape(canonical) * 7 % 11 - 5) / 8
    layer.kernel.set_value(kernel.transpose(order))
    layer.bias.set_value((jnp.arange(layer.bias.size) * 7 % 11 - 5) / 8)
    return layer


def lenet(x, kernels, third):
    """LeNet-5 with `kernels` in C1; its third convolution has the name `third`."""
    rngs, net = nnx.Rngs(0), nnx.Module()
    net.C1 = fill(nnx.Conv(1, kernels, (5, 5), padding="SAME", rngs=rngs))
    net.C3 = fill(nnx.Conv(6, 16, (5, 5), padding="VALID", rngs=rngs))
    setattr(net, third, fill(nnx.Conv(16, 120, (5, 5), padding="VALID", rngs=rngs)))
    net.F6, net.OUTPUT = fill(nnx.Linear(120, 84, rngs=rngs)), fill(nnx.Linear(84, 10, rngs=rngs))
    x = nnx.max_pool(nnx.relu(net.C1(channels_last(x))), (2, 2), strides=(2, 2))
    x = nnx.max_pool(nnx.relu(net.C3(x)), (2, 2), strides=(2, 2))
    x = nnx.relu(getattr(net, third)(x)).reshape(len(x), -1)
    return net.OUTPUT(nnx.relu(net.F6(x)))


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: lax.conv(x, w, (2, 2), "SAME"),
        "padding=1": lambda x, w: lax.conv_general_dilated(x, w, (2, 2), [(1, 1), (1, 1)]),
        "padded before": lambda x, w: lax.conv(jnp.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, (2, 2), "VALID"),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: lax.conv(x, w, (1, 1), "VALID"),
        "the function called convolve": lambda x, w: jax.scipy.signal.convolve2d(x[0, 0], w[0, 0], mode="valid")[
            None, None
        ],
        "flipped before": lambda x, w: jax.scipy.signal.convolve2d(x[0, 0], w[0, 0, ::-1, ::-1], mode="valid")[
            None, None
        ],
    },
    "stride-and-dilation": {
        "the function": lambda x, w: lax.conv_general_dilated(x, w, (2, 2), "VALID", rhs_dilation=(2, 2)),
        "every second output": lambda x, w: lax.conv_general_dilated(x, w, (1, 1), "VALID", rhs_dilation=(2, 2))[
            :, :, ::2, ::2
        ],
        "without dilation": lambda x, w: lax.conv(x, w, (2, 2), "VALID"),
    },
    "pooling": {
        "by default": lambda x: channels_first(nnx.avg_pool(channels_last(x), (2, 2), (2, 2), ((1, 1), (1, 1)))),
        "pixels seen alone": lambda x: channels_first(
            nnx.avg_pool(channels_last(x), (2, 2), (2, 2), ((1, 1), (1, 1)), count_include_pad=False)
        ),
    },
    "transposed-convolution": {
        "by default": lambda x, w: lax.conv_transpose(
            x, w, (2, 2), "VALID", dimension_numbers=("NCHW", "IOHW", "NCHW")
        ),
        "turned": lambda x, w: lax.conv_transpose(
            x, w, (2, 2), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"), transpose_kernel=True
        ),
    },
    "upsampling": {
        "bilinear": lambda x: jax.image.resize(x, (1, 1, 4, 4), "bilinear"),
        "nearest": lambda x: jax.image.resize(x, (1, 1, 4, 4), "nearest"),
    },
    "layer-and-bias": {
        "the layer": lambda x, w, b: layer(x, w, b),
        "the function": lambda x, w, b: lax.conv(x, w, (1, 1), "VALID") + b[:, None, None],
        "without its bias": lambda x, w, b: layer(x, w),
    },
    "learned-kernel": {
        "sum of squares": lambda x, y, w: learn(x, y, w, jnp.sum),
        "mean of squares": lambda x, y, w: learn(x, y, w, jnp.mean),
    },
    "channels": {
        "all channels": lambda x, w: lax.conv(x, w, (1, 1), "VALID"),
        "each channel alone": lambda x, w: lax.conv_general_dilated(
            x, w.transpose(1, 0, 2, 3), (1, 1), "VALID", feature_group_count=2
        ),
    },
    "padding-modes": {
        "reflect": lambda x: jnp.pad(x, SIDES, mode="reflect"),
        "constant": lambda x: jnp.pad(x, SIDES),
        "symmetric": lambda x: jnp.pad(x, SIDES, mode="symmetric"),
        "replicate": lambda x: jnp.pad(x, SIDES, mode="edge"),
        "circular": lambda x: jnp.pad(x, SIDES, mode="wrap"),
    },
    "flatten-and-dense": {
        "flatten": lambda x: x.reshape(x.shape[0], -1),
    },
    "gradients": {
        "of the sum": lambda x: jax.grad(lambda x: (x**2).sum())(x),
        "of the vector": lambda x: jax.grad(lambda x: x**2)(x),
        "twice": lambda x: [jax.grad(lambda x: (x**2).sum())(x) for _ in range(2)][-1],
    },
    "lenet5": {
        "as the seed wrote it": lambda x: lenet(x, kernels=5, third="C3"),
        "6 kernels": lambda x: lenet(x, kernels=6, third="C3"),
        "names of their own": lambda x: lenet(x, kernels=5, third="C5"),
        "both mended": lambda x: lenet(x, kernels=6, third="C5"),
    },
    "floating-point": {
        "float32": lambda x, y: x + y,
        "float16": lambda x, y: x.astype(jnp.float16) + y.astype(jnp.float16),
        "bfloat16": lambda x, y: x.astype(jnp.bfloat16) + y.astype(jnp.bfloat16),
    },
    "layouts-and-memory": {
        "transpose": lambda x: x.transpose(0, 2, 3, 1),
        "reshape": lambda x: x.reshape(1, 2, 3, 2),
    },
}
