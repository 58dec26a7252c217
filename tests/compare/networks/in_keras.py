"""The four networks in Keras: sequential, functional and subclassed, channels last, "same" where its users write it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L


def lenet():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(6, 5, padding="same", activation="relu", name="conv1"),
            L.MaxPooling2D(),
            L.Conv2D(16, 5, activation="relu", name="conv2"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(120, activation="relu", name="fc1"),
            L.Dense(84, activation="relu", name="fc2"),
            L.Dense(10, activation="softmax", name="fc3"),
        ]
    )


def _conv(filters, size, stride, name):
    """Pads of one at all sides: "same" would pad otherwise at stride 2."""

    def of(x):
        x = L.ZeroPadding2D(1)(x) if size == 3 else x
        return L.Conv2D(filters, size, strides=stride, use_bias=False, name=name)(x)

    return of


def _norm(name, epsilon=1e-5):
    return L.BatchNormalization(momentum=0.9, epsilon=epsilon, name=name)


def _block(x, filters, stride, name):
    y = L.ReLU()(_norm(f"{name}.bn1")(_conv(filters, 3, stride, f"{name}.conv1")(x)))
    y = _norm(f"{name}.bn2")(_conv(filters, 3, 1, f"{name}.conv2")(y))
    short = _norm(f"{name}.norm")(_conv(filters, 1, stride, f"{name}.short")(x)) if stride > 1 else x
    return L.ReLU()(L.Add()([y, short]))


def resnet():
    x = keras.Input((16, 16, 3))
    y = L.ReLU()(_norm("bn1")(_conv(8, 3, 1, "conv1")(x)))
    y = L.MaxPooling2D(3, strides=2)(L.ZeroPadding2D(1)(y))
    y = _block(_block(y, 8, 1, "a"), 16, 2, "b")
    return keras.Model(x, L.Dense(10, name="fc")(L.GlobalAveragePooling2D()(y)))


def mobilenet():
    x = keras.Input((16, 16, 3))
    y = L.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    y = L.ReLU(6.0, name="act1")(_norm("stem_bn", 1e-3)(y))
    y = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, use_bias=False, name="dw1")(y)
    y = keras.ops.relu6(_norm("dw1_bn", 1e-3)(y))
    y = L.Activation("hard_swish")(_norm("pw1_bn", 1e-3)(L.Conv2D(12, 1, use_bias=False, name="pw1")(y)))
    y = L.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, name="dw2")(y)
    y = L.Conv2D(16, 1, name="pw2")(L.Activation("gelu", name="gelu")(_norm("dw2_bn", 1e-3)(y)))
    y = L.AveragePooling2D(3, strides=1, padding="same", name="pool")(y)
    y = L.Dropout(0.2)(L.GlobalAveragePooling2D()(y))
    return keras.Model(x, L.Dense(10, activation="softmax", name="fc")(y))


class UNet(keras.Model):
    def __init__(self):
        super().__init__()
        conv = lambda filters, name: L.Conv2D(filters, 3, padding="same", name=name)  # noqa: E731
        self.down1, self.down2, self.mid = conv(8, "down1"), conv(12, "down2"), conv(12, "mid")
        self.up1 = L.Conv2DTranspose(8, 4, strides=2, padding="same", name="up1")
        self.joining, self.up2 = conv(8, "join"), L.Conv2DTranspose(6, 2, strides=2, name="up2")
        self.pool, self.leaky, self.elu = L.MaxPooling2D(), L.LeakyReLU(negative_slope=0.1), L.ELU()
        self.up, self.out = (
            L.UpSampling2D(2, interpolation="bilinear"),
            L.Conv2D(3, 1, activation="sigmoid", name="out"),
        )

    def call(self, x):
        first = tf.nn.silu(self.down1(x))
        y = self.leaky(self.down2(self.pool(first)))
        y = self.elu(self.mid(y))
        y = tf.concat([self.up1(y), first], axis=-1)
        y = self.up(keras.ops.tanh(self.joining(y)))
        return self.out(self.up2(y))


NETWORKS = {"lenet": lenet, "resnet": resnet, "mobilenet": mobilenet, "unet": UNet}
KEYS = {
    "w": "kernel",
    "b": "bias",
    "scale": "gamma",
    "shift": "beta",
    "mean": "moving_mean",
    "variance": "moving_variance",
}


def build(network, weights):
    """The network with its weights."""
    net = NETWORKS[network]()
    if network == "unet":
        net(np.zeros((1, 16, 16, 3), "float32"))
    layers = {layer.name: layer for layer in net._flatten_layers() if layer is not net}
    for name, array in weights.items():
        layer, _, key = name.rpartition(".")
        getattr(layers[layer], KEYS[key]).assign(in_keras(layers[layer], layer, key, array))
    return net


def in_keras(layer, name, key, array):
    """A weight in the axes of Keras."""
    if key != "w":
        return array
    if name == "fc1":  # behind a flatten of rows, columns, channels
        array = array.reshape(120, 16, 5, 5).transpose(0, 2, 3, 1).reshape(120, 400)
    if array.ndim == 2:
        return array.T
    array = array.transpose(2, 3, 1, 0)
    if isinstance(layer, L.DepthwiseConv2D):  # rows, columns, channels, multiplier
        return array.reshape(3, 3, layer.kernel.shape[2], -1)
    return array


def images(array):
    return tf.constant(array.transpose(0, 2, 3, 1))
