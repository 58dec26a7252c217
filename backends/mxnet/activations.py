"""The activations of MXNet, as functions of (x, slope, axis). What `npx` lacks is written out."""

import math

from mxnet import nd, np, npx


def gelu_tanh(x, slope, axis):
    """MXNet has the exact one alone."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def hard_sigmoid(x, slope, axis):
    """By default `nd.hard_sigmoid` has the slope 0.2: others have 1/6."""
    return nd.hard_sigmoid(x.as_nd_ndarray(), alpha=1 / 6, beta=0.5).as_np_ndarray()


ACTIVATIONS = {
    "relu": lambda x, slope, axis: npx.relu(x),
    "relu6": lambda x, slope, axis: np.clip(x, 0, 6),
    "leaky_relu": lambda x, slope, axis: npx.leaky_relu(x, act_type="leaky", slope=slope),  # by default 0.25
    "elu": lambda x, slope, axis: npx.leaky_relu(x, act_type="elu", slope=1.0),  # the factor, by default 0.25
    "gelu": lambda x, slope, axis: npx.leaky_relu(x, act_type="gelu"),
    "gelu_tanh": gelu_tanh,
    "silu": lambda x, slope, axis: x * npx.sigmoid(x),
    "sigmoid": lambda x, slope, axis: npx.sigmoid(x),
    "tanh": lambda x, slope, axis: np.tanh(x),
    "softplus": lambda x, slope, axis: npx.activation(x, act_type="softrelu"),
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": lambda x, slope, axis: x * hard_sigmoid(x, slope, axis),
    "softmax": lambda x, slope, axis: npx.softmax(x, axis=axis),
    "log_softmax": lambda x, slope, axis: npx.log_softmax(x, axis=axis),
}
