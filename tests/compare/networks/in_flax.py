"""The four networks in Flax: modules for what has weights, functions for all else."""

import jax
import jax.numpy as jnp
from flax import nnx


def conv(inputs, outputs, size, rngs, **settings):
    return nnx.Conv(inputs, outputs, (size, size), rngs=rngs, **settings)


def norm(channels, rngs, epsilon=1e-5):
    return nnx.BatchNorm(channels, use_running_average=True, momentum=0.9, epsilon=epsilon, rngs=rngs)


class LeNet(nnx.Module):
    def __init__(self, rngs):
        self.conv1, self.conv2 = conv(1, 6, 5, rngs), conv(6, 16, 5, rngs, padding="VALID")
        self.fc1, self.fc2 = nnx.Linear(400, 120, rngs=rngs), nnx.Linear(120, 84, rngs=rngs)
        self.fc3 = nnx.Linear(84, 10, rngs=rngs)

    def __call__(self, x):
        for layer in (self.conv1, self.conv2):
            x = nnx.max_pool(nnx.relu(layer(x)), (2, 2), strides=(2, 2))
        x = x.reshape(x.shape[0], -1)
        x = nnx.relu(self.fc2(nnx.relu(self.fc1(x))))
        return nnx.softmax(self.fc3(x))


class Block(nnx.Module):
    def __init__(self, inputs, outputs, stride, rngs):
        three = {"padding": 1, "use_bias": False}
        self.conv1 = conv(inputs, outputs, 3, rngs, strides=stride, **three)
        self.conv2 = conv(outputs, outputs, 3, rngs, **three)
        self.bn1, self.bn2 = norm(outputs, rngs), norm(outputs, rngs)
        self.short = conv(inputs, outputs, 1, rngs, strides=stride, use_bias=False) if stride > 1 else None
        self.norm = norm(outputs, rngs) if stride > 1 else None

    def __call__(self, x):
        y = self.bn2(self.conv2(nnx.relu(self.bn1(self.conv1(x)))))
        return nnx.relu(y + (x if self.short is None else self.norm(self.short(x))))


class ResNet(nnx.Module):
    def __init__(self, rngs):
        self.conv1, self.bn1 = conv(3, 8, 3, rngs, use_bias=False), norm(8, rngs)
        self.a, self.b = Block(8, 8, 1, rngs), Block(8, 16, 2, rngs)
        self.fc = nnx.Linear(16, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.bn1(self.conv1(x)))
        x = nnx.max_pool(x, (3, 3), strides=(2, 2), padding=((1, 1), (1, 1)))
        x = self.b(self.a(x))
        return self.fc(jnp.mean(x, axis=(1, 2)))


class MobileNet(nnx.Module):
    def __init__(self, rngs):
        self.stem, self.stem_bn = conv(3, 8, 3, rngs, strides=2, use_bias=False), norm(8, rngs, 1e-3)
        self.dw1, self.dw1_bn = conv(8, 16, 3, rngs, feature_group_count=8, use_bias=False), norm(16, rngs, 1e-3)
        self.pw1, self.pw1_bn = conv(16, 12, 1, rngs, use_bias=False), norm(12, rngs, 1e-3)
        self.dw2 = conv(12, 12, 3, rngs, strides=2, feature_group_count=12, use_bias=False)
        self.dw2_bn, self.pw2, self.fc = norm(12, rngs, 1e-3), conv(12, 16, 1, rngs), nnx.Linear(16, 10, rngs=rngs)
        self.drop = nnx.Dropout(0.2, deterministic=True, rngs=rngs)

    def __call__(self, x):
        x = jax.nn.relu6(self.stem_bn(self.stem(x)))
        x = jax.nn.relu6(self.dw1_bn(self.dw1(x)))
        x = jax.nn.hard_swish(self.pw1_bn(self.pw1(x)))
        x = nnx.gelu(self.dw2_bn(self.dw2(x)), approximate=False)
        x = nnx.avg_pool(self.pw2(x), (3, 3), padding="SAME", count_include_pad=False)
        return nnx.softmax(self.fc(self.drop(x.mean(axis=(1, 2)))))


class UNet(nnx.Module):
    def __init__(self, rngs):
        self.down1, self.down2, self.mid = conv(3, 8, 3, rngs), conv(8, 12, 3, rngs), conv(12, 12, 3, rngs)
        self.up1 = nnx.ConvTranspose(12, 8, (4, 4), strides=(2, 2), rngs=rngs)
        self.join = conv(16, 8, 3, rngs)
        self.up2 = nnx.ConvTranspose(8, 6, (2, 2), strides=(2, 2), padding="VALID", rngs=rngs)
        self.out = conv(6, 3, 1, rngs)

    def __call__(self, x):
        first = nnx.silu(self.down1(x))
        y = nnx.leaky_relu(self.down2(nnx.max_pool(first, (2, 2), strides=(2, 2))), 0.1)
        y = nnx.elu(self.mid(y))
        y = jnp.concatenate([self.up1(y), first], axis=-1)
        y = jnp.tanh(self.join(y))
        n, h, w, c = y.shape
        y = jax.image.resize(y, (n, 2 * h, 2 * w, c), "bilinear")
        return nnx.sigmoid(self.out(self.up2(y)))


NETWORKS = {"lenet": LeNet, "resnet": ResNet, "mobilenet": MobileNet, "unet": UNet}
KEYS = {"w": "kernel", "b": "bias", "scale": "scale", "shift": "bias", "mean": "mean", "variance": "var"}


def build(network, weights):
    """The network in inference, with its weights."""
    net = NETWORKS[network](nnx.Rngs(0))
    modules = {".".join(map(str, path)): module for path, module in nnx.iter_modules(net)}
    for name, array in weights.items():
        layer, _, key = name.rpartition(".")
        getattr(modules[layer], KEYS[key])[...] = jnp.asarray(in_flax(layer, key, array))
    return net


def in_flax(name, key, array):
    """A weight in the axes of Flax; a transposed kernel is flipped."""
    if key != "w":
        return array
    if name == "fc1":  # behind a flatten of rows, columns, channels
        array = array.reshape(120, 16, 5, 5).transpose(0, 2, 3, 1).reshape(120, 400)
    if array.ndim == 2:
        return array.T
    if name in ("up1", "up2"):
        return array[:, :, ::-1, ::-1].transpose(2, 3, 0, 1)
    return array.transpose(2, 3, 1, 0)


def images(array):
    return jnp.asarray(array.transpose(0, 2, 3, 1))
