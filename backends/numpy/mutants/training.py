"""Mistakes in training: the loss, its derivative, the update, and what is returned when.

A change takes the method `learn_kernel(self, x, y, w)` or `lenet5(self, images, labels, *weights)`, or a part of
the network, then its arguments.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, replaced

PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1), "groups": 1}

learn_kernel = Place("learn_kernel", "learn_kernel", *methods("learn_kernel"))
lenet5 = Place("lenet5", "lenet5", *methods("lenet5"))
both = Place("training", "learn_kernel lenet5", *methods("learn_kernel lenet5"))
network = Place("lenet5", "lenet5", "numpy.adapter:Sequential")
entropy = Place("lenet5", "lenet5", "numpy.adapter:cross_entropy")
update = Place("lenet5", "lenet5", "numpy.layers:Layer.step")

learn_kernel.plant("sum-for-mean", "The loss is a sum where a mean was asked for.", replaced(loss="sum"))
learn_kernel.plant("mean-for-sum", "The loss is a mean where a sum was asked for.", replaced(loss="mean"))


# ---- both ----------------------------------------------------------------------------------------


@both
def wrong_sign(original, self, *tensors, lr, **attrs):
    """The update goes uphill."""
    return original(self, *tensors, lr=-lr, **attrs)


@both
def factor_two_missing(original, self, *tensors, lr, **attrs):
    """The derivative lacks a factor of 2."""
    return original(self, *tensors, lr=lr / 2, **attrs)


@both
def one_step_too_few(original, self, *tensors, steps, **attrs):
    """The last update is not made; its loss is computed."""
    found = original(self, *tensors, steps=steps, **attrs)
    before = original(self, *tensors, steps=max(steps - 1, 0), **attrs)
    if found[0].ndim == 1:  # learn_kernel: losses and kernels
        last = before[1][-1:] if len(before[1]) else tensors[2][None]
        return found[0], np.concatenate([before[1], last])[:steps]
    return before[0], found[1], *before[2:]


@both
def loss_after_the_update(original, self, *tensors, steps, **attrs):
    """The loss is computed after each update, not before."""
    found = original(self, *tensors, steps=steps, **attrs)
    later = original(self, *tensors, steps=steps + 1, **attrs)
    place = 0 if found[0].ndim == 1 else 1
    return (*found[:place], later[place][1:], *found[place + 1 :])


# ---- learn_kernel --------------------------------------------------------------------------------


def descent(change):
    """A loop of one's own: `change(w, slopes, lr)` gives the next kernel from all slopes so far."""

    def loop(original, self, x, y, w, *, lr, steps, loss):
        def correlate(x, k):
            return self.conv2d(x[None, None], k[None, None], **PLAIN)[0, 0]

        losses, kernels = original(self, x, y, w, lr=lr, steps=steps, loss=loss)
        slopes, first = [], w
        for step in range(steps):
            error = correlate(x, w) - y
            count = error.size if loss == "mean" else 1
            losses[step] = (error**2).sum() / count
            slopes.append(correlate(x, 2 * error / count))
            w = kernels[step] = change(first, w, slopes, w.dtype.type(lr))
        return losses, kernels

    return loop


learn_kernel.plant(
    "slopes-accumulate",
    "The gradient is not reset: every step adds all the earlier slopes.",
    descent(lambda first, w, slopes, lr: w - lr * sum(slopes)),
)
learn_kernel.plant(
    "momentum",
    "The optimizer has a momentum of 0.9.",
    descent(lambda first, w, slopes, lr: w - lr * sum(s * s.dtype.type(0.9) ** i for i, s in enumerate(slopes[::-1]))),
)
learn_kernel.plant(
    "rate-decays",
    "The learning rate shrinks with the steps.",
    descent(lambda first, w, slopes, lr: w - lr / len(slopes) * slopes[-1]),
)
learn_kernel.plant(
    "not-updated",
    "Every step starts from the first kernel: the update is made on a copy.",
    descent(lambda first, w, slopes, lr: first - lr * slopes[-1]),
)


@learn_kernel
def loss_halved(original, self, x, y, w, *, lr, **attrs):
    """The loss has a factor 1/2, as Gluon's L2Loss."""
    losses, kernels = original(self, x, y, w, lr=lr / 2, **attrs)
    return losses / 2, kernels


@learn_kernel
def kernel_convolved(original, self, x, y, w, **attrs):
    """The kernel is convolved: what is learned is the flipped one."""
    losses, kernels = original(self, x, y, np.flip(w), **attrs)
    return losses, np.flip(kernels, (1, 2))


@learn_kernel
def kernels_before_the_update(original, self, x, y, w, **attrs):
    """Each kernel is the one before its update."""
    losses, kernels = original(self, x, y, w, **attrs)
    return losses, np.concatenate([w[None], kernels])[:-1]


@learn_kernel
def one_array_for_all_kernels(original, self, x, y, w, **attrs):
    """The same array is noted in every step: all kernels are the last one."""
    losses, kernels = original(self, x, y, w, **attrs)
    return losses, np.repeat(kernels[-1:], len(kernels), axis=0)


# ---- lenet5 --------------------------------------------------------------------------------------


@lenet5
def logits_before_training(original, self, *tensors, lr, steps):
    """The logits are those of the untrained network."""
    return original(self, *tensors, lr=lr, steps=0)[0], *original(self, *tensors, lr=lr, steps=steps)[1:]


@lenet5
def dense_weights_transposed(original, self, images, labels, *weights, lr, steps):
    """The memory of a dense layer's weights is read as (in, out)."""
    *others, w, b, out_w, out_b = weights
    read = w.reshape(w.shape[::-1]).T
    return original(self, images, labels, *others, read, b, out_w, out_b, lr=lr, steps=steps)


@lenet5
def labels_from_one(original, self, images, labels, *weights, lr, steps):
    """Classes are counted from 1."""
    return original(self, images, (labels + 9) % 10, *weights, lr=lr, steps=steps)


@lenet5
def probabilities(original, self, *tensors, lr, steps):
    """The last layer has a softmax: probabilities come out, not logits."""
    logits, *others = original(self, *tensors, lr=lr, steps=steps)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    return chances / chances.sum(axis=1, keepdims=True), *others


@network
def first_relu_missing(original, *layers):
    """There is no ReLU after the first convolution."""
    return original(layers[0], *layers[2:])


@network
def dense_relu_missing(original, *layers):
    """There is no ReLU between the dense layers."""
    return original(*layers[:-2], layers[-1])


@network
def relu_on_logits(original, *layers):
    """There is a ReLU after the last layer too."""
    return original(*layers, type(layers[1])(layers[1].operator))


@network
def bias_after_relu(original, *layers):
    """The bias of the first convolution is added after the ReLU."""
    from backends.numpy.pullbacks import PULLBACKS  # not above: the harness lists the mistakes without the backend

    def late_bias(x, b):
        return x + b[:, None, None]

    PULLBACKS["late_bias"] = lambda dy, x, b: [dy, dy.sum(axis=(0, 2, 3))]
    layer = type(layers[1])
    w, b = layers[0].weights
    return original(layer(layers[0].operator, w), layers[1], layer(late_bias, b), *layers[2:])


@network.harmless("max(max(a, 0), max(b, 0)) = max(max(a, b), 0), and both derivatives are 0 where all are negative")
def pool_before_relu(original, *layers):
    """The first pooling comes before its ReLU."""
    return original(layers[0], layers[2], layers[1], *layers[3:])


@entropy
def loss_summed(original, logits, labels):
    """The loss is the sum over the batch."""
    loss, slope = original(logits, labels)
    return loss * len(labels), slope * len(labels)


@entropy
def slope_not_divided(original, logits, labels):
    """The loss is a mean, its derivative that of the sum."""
    loss, slope = original(logits, labels)
    return loss, slope * len(labels)


@entropy
def loss_in_bits(original, logits, labels):
    """The logarithm is that to base 2."""
    loss, slope = original(logits, labels)
    return loss / np.log(2), (slope / np.log(2)).astype(slope.dtype)


@update
def biases_frozen(original, layer, lr):
    """Biases are not updated."""
    layer.gradients = layer.gradients[:1]
    original(layer, lr)


@update
def first_layer_frozen(original, layer, lr):
    """The first convolution is not updated: it was left out of the optimizer's list."""
    if not (layer.weights and layer.weights[0].shape == (6, 1, 5, 5)):
        original(layer, lr)


@update
def gradients_accumulate(original, layer, lr):
    """Gradients are not reset between steps."""
    earlier = getattr(layer, "earlier", [0] * len(layer.gradients))
    layer.gradients = layer.earlier = [one + other for one, other in zip(earlier, layer.gradients)]
    original(layer, lr)


@update
def weight_decay(original, layer, lr):
    """The optimizer shrinks the weights by its default weight decay."""
    layer.gradients = [one + 0.01 * weight for one, weight in zip(layer.gradients, layer.weights)]
    original(layer, lr)
