# ruff: noqa: E501
"""Mistakes of porting, one a row: where it is planted, at which layer it must be named, with which word and reason.

`replace` changes the source of the networks, `code` the network, its weights or the image. `layers` are those of the
model with the mistake; each of them must be named, and no other.
"""

import dataclasses

SETTINGS, WEIGHTS, LAYOUT, WRONG = "settings differ", "weights differ", "layout", "wrong"


@dataclasses.dataclass(frozen=True)
class Mistake:
    title: str
    library: str
    network: str
    layers: str  # names, separated by a blank
    word: str
    said: str
    replace: tuple[str, str] | None = None
    code: str = ""


def planted(title, library, network, layers, word, said, old="", new="", code=""):
    return Mistake(title, library, network, layers, word, said, (old, new) if old else None, code)


def torch(*row, **more):
    return planted(row[0], "torch", *row[1:], **more)


def keras(*row, **more):
    return planted(row[0], "keras", *row[1:], **more)


def flax(*row, **more):
    return planted(row[0], "flax", *row[1:], **more)


def gluon(*row, **more):
    return planted(row[0], "gluon", *row[1:], **more)


def data(module, change):
    """A changed weight of a torch module."""
    return f"w = net.{module}.data; w.copy_({change})"


# One row a line: title, network, layers, word, reason, old text, new text.
# fmt: off
MISTAKES = [
    # ---- windows and pads
    torch("pads of one where same was meant, stride 2", "mobilenet", "stem dw2", SETTINGS, "padding [[0, 1], [0, 1]] / [[1, 1], [1, 1]]", "(0, 1, 0, 1)", "(1, 1, 1, 1)"),
    keras("same where pads of one were meant, stride 2", "resnet", "functional.b.conv1", SETTINGS, "padding [[1, 1], [1, 1]] / [[0, 1], [0, 1]]", "        x = L.ZeroPadding2D(1)(x) if size == 3 else x\n        return L.Conv2D(filters, size, ", "        return L.Conv2D(filters, size, padding='same', "),
    flax("pads of one where same was meant, stride 2", "mobilenet", "stem", SETTINGS, "padding [[0, 1], [0, 1]] / [[1, 1], [1, 1]]", "conv(3, 8, 3, rngs, strides=2,", "conv(3, 8, 3, rngs, strides=2, padding=1,"),
    gluon("pads at the beginning instead of the end", "mobilenet", "stem dw2", SETTINGS, "/ [[1, 0], [1, 0]]", "0, 1, 0, 1)", "1, 0, 1, 0)"),
    torch("pads lost before a pooling", "resnet", "pool", SETTINGS, "padding", "nn.MaxPool2d(3, stride=2, padding=1)", "nn.MaxPool2d(3, stride=2)"),
    torch("ceil_mode", "resnet", "pool", SETTINGS, "ceil_mode False / True", "stride=2, padding=1)\n        self.a", "stride=2, padding=1, ceil_mode=True)\n        self.a"),
    torch("count_include_pad, the default", "mobilenet", "pool", SETTINGS, "count_include_pad False / True", ", count_include_pad=False", ""),
    flax("count_include_pad, the default", "mobilenet", "avg_pool", SETTINGS, "count_include_pad False / True", ", count_include_pad=False", ""),
    gluon("count_include_pad, the default", "mobilenet", "pool", SETTINGS, "count_include_pad False / True", ", count_include_pad=False", ""),
    keras("no pads before an average", "mobilenet", "functional.pool", SETTINGS, "padding", "strides=1, padding=\"same\", name=\"pool\"", "strides=1, name=\"pool\""),
    torch("mean for maximum", "lenet", "pool pool#1", SETTINGS, "kind max_pool2d / avg_pool2d", "nn.MaxPool2d(2)", "nn.AvgPool2d(2)"),
    keras("maximum for mean", "resnet", "functional.global_max_pooling2d", SETTINGS, "mode avg / max", "GlobalAveragePooling2D()(y)))", "GlobalMaxPooling2D()(y)))"),
    torch("dilation", "unet", "mid", SETTINGS, "dilation [1, 1] / [2, 2]", "self.mid, self.up1 = nn.Conv2d(12, 12, 3, padding=1)", "self.mid, self.up1 = nn.Conv2d(12, 12, 3, padding=2, dilation=2)"),
    torch("stride in the other convolution of a block", "resnet", "b.conv1 b.conv2", SETTINGS, "stride", "outputs, 3, stride=stride, padding=1, bias=False)\n        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1", "outputs, 3, padding=1, bias=False)\n        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride=stride, padding=1"),
    torch("mirrored pads", "unet", "join", SETTINGS, "padding_mode none / reflect", "nn.Conv2d(16, 8, 3, padding=1)", "nn.Conv2d(16, 8, 3, padding=1, padding_mode='reflect')"),
    # ---- transposed convolutions and resizing
    torch("output_padding", "unet", "up2", SETTINGS, "output_padding [0, 0] / [1, 1]", "6, 2, stride=2)", "6, 2, stride=2, output_padding=1)"),
    gluon("output_padding", "unet", "up2", SETTINGS, "output_padding [0, 0] / [1, 1]", "6, 2, strides=2)", "6, 2, strides=2, output_padding=1)"),
    torch("crop of a transposed convolution", "unet", "up2", SETTINGS, "padding [[0, 0], [0, 0]] / [[1, 1], [1, 1]]", "6, 2, stride=2)", "6, 2, stride=2, padding=1)"),
    flax("kernel of a transposed convolution not flipped", "unet", "up1 up2", WEIGHTS, "flipped along H and W", "[:, :, ::-1, ::-1].transpose", ".transpose"),
    torch("align_corners", "unet", "up", SETTINGS, "coordinates half_pixel / align_corners", "align_corners=False", "align_corners=True"),
    gluon("align_corners", "unet", "resize", SETTINGS, "coordinates half_pixel / align_corners", ", align_corners=False", ""),
    torch("nearest for bilinear", "unet", "up", SETTINGS, "mode bilinear / nearest", "mode=\"bilinear\", align_corners=False", "mode=\"nearest\""),
    keras("nearest, the default", "unet", "u_net.up_sampling2d", SETTINGS, "mode bilinear / nearest", ", interpolation=\"bilinear\"", ""),
    flax("nearest for bilinear", "unet", "resize", SETTINGS, "mode bilinear / nearest", "\"bilinear\"", "\"nearest\""),
    # ---- norms
    torch("epsilon, the default", "mobilenet", "stem_bn", SETTINGS, "epsilon 0.001 / 1e-05", "nn.BatchNorm2d(8, eps=1e-3)", "nn.BatchNorm2d(8)"),
    keras("epsilon, the default", "resnet", "functional.bn1", SETTINGS, "epsilon 1e-05 / 0.001", "_norm(\"bn1\")", "_norm(\"bn1\", 1e-3)"),
    flax("epsilon, the default", "mobilenet", "dw1_bn", SETTINGS, "epsilon 0.001 / 1e-05", "norm(16, rngs, 1e-3)", "norm(16, rngs)"),
    gluon("epsilon, the default", "mobilenet", "stem_bn dw1_bn pw1_bn dw2_bn", SETTINGS, "epsilon 0.001 / 1e-05", "nn.BatchNorm(epsilon=1e-3)", "nn.BatchNorm()"),
    torch("momentum, copied from Keras", "resnet", "b.norm", SETTINGS, "momentum 0.9 / 0.1", code="net.b.norm.momentum = 0.9"),
    keras("momentum, the default", "mobilenet", "functional.stem_bn", SETTINGS, "momentum 0.9 / 0.99", code="net.get_layer('stem_bn').momentum = 0.99"),
    torch("batch norm in training", "resnet", "a.bn1", SETTINGS, "training False / True", code="net.a.bn1.train()"),
    flax("batch norm in training", "resnet", "bn1", SETTINGS, "training False / True", code="net.bn1.use_running_average = False"),
    keras("the whole network in training", "resnet", "functional.bn1 functional.a.bn1 functional.a.bn2 functional.b.bn1 functional.b.bn2 functional.b.norm", SETTINGS, "training False / True", code="call = lambda net, x: net(x, training=True)"),
    torch("scale and shift swapped", "resnet", "bn1", WEIGHTS, "scale of B is A's shift", code="m = net.bn1; a = m.weight.data.clone(); m.weight.data.copy_(m.bias.data); m.bias.data.copy_(a)"),
    torch("mean and variance swapped", "resnet", "b.bn2", WEIGHTS, "mean of B is A's variance", code="m = net.b.bn2; a = m.running_mean.clone(); m.running_mean.copy_(m.running_var); m.running_var.copy_(a.abs())"),
    torch("deviation for variance", "mobilenet", "dw2_bn", WEIGHTS, "the square root of A's", code="net.dw2_bn.running_var.sqrt_()"),
    keras("statistics never loaded", "resnet", "functional.a.bn1", WEIGHTS, "as before a training", code="m = net.get_layer('a.bn1'); m.moving_mean.assign(0 * m.moving_mean); m.moving_variance.assign(0 * m.moving_variance + 1)"),
    gluon("statistics of another layer", "resnet", "a.bn2", WEIGHTS, "A's mean of", code="net.a.bn2.running_mean.set_data(net.a.bn1.running_mean.data()); net.a.bn2.running_var.set_data(net.a.bn1.running_var.data())"),
    # ---- activations
    torch("relu for relu6", "mobilenet", "act1", SETTINGS, "form relu6 / relu", "self.act1, self.act2, self.act3, self.gelu = nn.ReLU6()", "self.act1, self.act2, self.act3, self.gelu = nn.ReLU()"),
    torch("relu6 for relu", "lenet", "relu1", SETTINGS, "form relu / relu6", "self.relu1, self.relu2, self.pool = nn.ReLU()", "self.relu1, self.relu2, self.pool = nn.ReLU6()"),
    keras("relu for relu6", "mobilenet", "functional.act1", SETTINGS, "form relu6 / relu", "L.ReLU(6.0, ", "L.ReLU("),
    flax("relu for relu6", "mobilenet", "relu", SETTINGS, "form relu6 / relu", "jax.nn.relu6(self.stem_bn", "jax.nn.relu(self.stem_bn"),
    torch("gelu by tanh", "mobilenet", "gelu", SETTINGS, "approximate False / True", "nn.GELU()", "nn.GELU('tanh')"),
    flax("gelu by tanh, the default", "mobilenet", "gelu", SETTINGS, "approximate False / True", ", approximate=False", ""),
    torch("silu for hard swish", "mobilenet", "act3", SETTINGS, "form hard_swish / silu", "nn.Hardswish()", "nn.SiLU()"),
    torch("slope of a leaky relu, the default", "unet", "leaky", SETTINGS, "slope 0.1 / 0.01", "nn.LeakyReLU(0.1)", "nn.LeakyReLU()"),
    keras("slope of a leaky relu, the default", "unet", "u_net.leaky_re_lu", SETTINGS, "slope 0.1 / 0.3", "negative_slope=0.1", ""),
    flax("slope of a leaky relu, the default", "unet", "leaky_relu", SETTINGS, "slope 0.1 / 0.01", "strides=(2, 2))), 0.1)", "strides=(2, 2))))"),
    torch("alpha of elu", "unet", "elu", SETTINGS, "alpha 1 / 0.5", "nn.ELU()", "nn.ELU(0.5)"),
    torch("softmax over the images", "lenet", "softmax", SETTINGS, "axis 1 / 0", code="net.axis = 0"),
    flax("softmax over the images", "lenet", "softmax", SETTINGS, "axis 1 / 0", "nnx.softmax(self.fc3(x))", "nnx.softmax(self.fc3(x), axis=0)"),
    torch("log softmax for softmax", "mobilenet", "soft", SETTINGS, "form softmax / log_softmax", "nn.Softmax(dim=1)", "nn.LogSoftmax(dim=1)"),
    torch("a relu lost, hidden by the pooling behind it", "lenet", "pool", SETTINGS, "A has relu", "self.pool(self.relu1(self.conv1(x)))", "self.pool(self.conv1(x))"),
    torch("a relu lost, hidden by a later relu", "resnet", "a.conv2 b.conv2", SETTINGS, "A has relu", "self.conv2(self.relu(self.bn1(self.conv1(x))))", "self.conv2(self.bn1(self.conv1(x)))"),
    keras("an activation lost", "lenet", "sequential.fc2", SETTINGS, "A has relu", "120, activation=\"relu\"", "120"),
    keras("the softmax lost", "lenet", "(output)", SETTINGS, "A has softmax", ", activation=\"softmax\", name=\"fc3\"", ", name=\"fc3\""),
    gluon("tanh for relu", "lenet", "0.activation", SETTINGS, "form relu / tanh", "padding=2, activation=\"relu\"", "padding=2, activation=\"tanh\""),
    # ---- weights
    torch("kernel with rows and columns swapped", "lenet", "conv2", WEIGHTS, "transposed: OIWH", code=data("conv2.weight", "w.transpose(2, 3).clone()")),
    keras("kernel with rows and columns swapped", "lenet", "sequential.conv1", WEIGHTS, "transposed: OIWH", code="k = net.get_layer('conv1').kernel; k.assign(k.numpy().transpose(1, 0, 2, 3))"),
    torch("kernel flipped", "unet", "down1", WEIGHTS, "flipped along H and W", code=data("down1.weight", "w.flip(2, 3)")),
    torch("dense weights not transposed", "lenet", "fc2", WEIGHTS, "without the transposition", code="net.fc2.weight.data = net.fc2.weight.data.t().reshape(84, 120).clone()"),
    torch("square kernel with inputs and outputs swapped", "resnet", "a.conv1", WEIGHTS, "transposed: IOHW", code=data("a.conv1.weight", "w.transpose(0, 1).clone()")),
    torch("kernel reshaped, not transposed", "resnet", "conv1", WEIGHTS, "reshaped", code="net.conv1.weight.data = net.conv1.weight.data.permute(2, 3, 1, 0).reshape(8, 3, 3, 3).clone()"),
    keras("flatten order", "lenet", "sequential.fc1", WEIGHTS, "as of channels and pixels behind a flatten", "array = array.reshape(120, 16, 5, 5).transpose(0, 2, 3, 1).reshape(120, 400)", "pass"),
    torch("flatten order", "lenet", "fc1", WEIGHTS, "transposed, as of channels and pixels behind a flatten", code=data("fc1.weight", "w.reshape(120, 16, 5, 5).permute(0, 2, 3, 1).reshape(120, 400)")),
    torch("channels moved last before the flatten", "lenet", "fc1", WEIGHTS, "behind a flatten", "return torch.flatten(x, 1)", "return x.permute(0, 2, 3, 1).flatten(1)"),
    torch("depthwise order", "mobilenet", "dw1", WEIGHTS, "channels and multipliers", code=data("dw1.weight", "w.reshape(8, 2, 1, 3, 3).transpose(0, 1).reshape(16, 1, 3, 3).clone()")),
    keras("depthwise order", "mobilenet", "functional.dw1", WEIGHTS, "channels and multipliers", "array.reshape(3, 3, layer.kernel.shape[2], -1)", "array.reshape(3, 3, -1, layer.kernel.shape[2]).transpose(0, 1, 3, 2)"),
    torch("bias lost", "unet", "mid", WEIGHTS, "b is missing in B", code="net.mid.bias = None"),
    gluon("bias never loaded", "unet", "up1", WEIGHTS, "b of B is zeros", code="net.up1.bias.set_data(0 * net.up1.bias.data())"),
    torch("bias with the wrong sign", "lenet", "fc3", WEIGHTS, "A's with the wrong sign", code=data("fc3.bias", "-w")),
    torch("stale weight", "lenet", "fc2", WEIGHTS, "a stale weight", code="torch.manual_seed(0); net.fc2.weight.data += 1e-3 * torch.randn(84, 120)"),
    flax("one stale number", "unet", "join", WEIGHTS, "1 of 1152 differ", code="net.join.kernel[...] = net.join.kernel[...].at[1, 2, 3, 4].add(1e-4)"),
    torch("weights of two layers swapped", "resnet", "a.conv1 a.conv2", WEIGHTS, "A's w of", code="a, b = net.a.conv1.weight.data, net.a.conv2.weight.data; c = a.clone(); a.copy_(b); b.copy_(c)"),
    torch("weights rounded to bfloat16", "unet", "down2", WEIGHTS, "rounded to bfloat16", code=data("down2.weight", "w.bfloat16().float()")),
    gluon("weights rounded to float16", "lenet", "4", WEIGHTS, "rounded to float16", code="w = net[4].weight; w.set_data(w.data().astype('float16').astype('float32'))"),
    torch("weights scaled", "mobilenet", "pw2", WEIGHTS, "2 times A's", code=data("pw2.weight", "2 * w")),
    flax("weights of another start", "resnet", "fc", WEIGHTS, "of another training or never loaded", code="net.fc.kernel[...] = jnp.ones((16, 10)) * jnp.arange(10)"),
    torch("first kernel for BGR", "resnet", "conv1", WEIGHTS, "along I in reverse order (as of RGB and BGR)", code=data("conv1.weight", "w.flip(1)")),
    # ---- order and wiring
    torch("norm and relu exchanged", "resnet", "bn1 pool", SETTINGS, "another order", "F.relu(self.bn1(self.conv1(x)))", "self.bn1(F.relu(self.conv1(x)))"),
    torch("sum behind the relu", "resnet", "a.relu#1 b.conv1 b.short b.add adaptive_avg_pool2d", SETTINGS, "another order", "return self.relu(y + self.skip(x))", "return self.relu(y) + self.skip(x)"),
    torch("sum lost", "resnet", "a.relu#1", SETTINGS, "A has add", code="b = net.a; b.forward = lambda x: b.relu(b.bn2(b.conv2(b.relu(b.bn1(b.conv1(x))))))"),
    torch("concatenated in the other order", "unet", "cat", SETTINGS, "it takes its input from", "torch.cat([y, first]", "torch.cat([first, y]"),
    keras("concatenated in the other order", "unet", "u_net.concatenate", SETTINGS, "it takes its input from", "[self.up1(y), first]", "[first, self.up1(y)]"),
    torch("an average left out", "mobilenet", "mean", SETTINGS, "A has avg_pool2d", "self.pool(self.pw2(x))", "self.pw2(x)"),
    torch("layers swapped", "resnet", "a.conv1 a.conv2", WEIGHTS, "A's w of", code="b = net.a; b.forward = lambda x: b.relu(b.bn2(b.conv1(b.relu(b.bn1(b.conv2(x))))) + x)"),
    # ---- inputs and numbers
    torch("BGR for RGB", "resnet", "(input)", SETTINGS, "channels are in reverse order", code="x = x.flip(1)"),
    keras("values up to 255", "mobilenet", "(input)", SETTINGS, "values are 255 x", code="x = x * 255"),
    torch("normalised by channel", "unet", "(input)", SETTINGS, "values are", code="m = torch.tensor([.4, .5, .6]).reshape(1, 3, 1, 1); x = (x - m) / (0.5 * m)"),
    flax("BGR and values up to 255", "resnet", "(input)", SETTINGS, "reverse order (RGB and BGR) and values are 255", code="x = x[..., ::-1] * 255"),
    torch("image with rows and columns swapped", "resnet", "(input)", LAYOUT, "rows and columns are swapped", code="x = x.transpose(2, 3).contiguous()"),
    torch("image reshaped, not transposed", "resnet", "(input)", LAYOUT, "reshaped where they must be transposed", code="x = x.permute(0, 2, 3, 1).reshape(x.shape)"),
    torch("double precision", "lenet", "(input)", SETTINGS, "dtype float32 / float64", code="net, x = net.double(), x.double()"),
    torch("half precision in one layer", "lenet", "fc2", SETTINGS, "dtype float32 / float16", "self.fc2(F.relu(self.fc1(x)))", "self.fc2.half()(F.relu(self.fc1(x)).half()).float()"),
    torch("bfloat16 inside of one layer", "resnet", "conv1", WRONG, "the second holds only values of bfloat16", code="net.conv1.forward = lambda x: F.conv2d(x.bfloat16(), net.conv1.weight.bfloat16(), padding=1).float()"),
    torch("dropout at work", "mobilenet", "drop", SETTINGS, "training False / True", code="net.drop.train()"),
    # ---- two at once
    torch("two layers at once", "resnet", "bn1 fc", SETTINGS, "epsilon 1e-05 / 0.001", code="net.bn1.eps = 1e-3; net.fc.bias = None"),
    torch("two layers at once, one behind the other", "lenet", "conv1 conv2", WEIGHTS, "", code="net.conv1.weight.data.neg_(); net.conv2.bias = None"),
]

# What looks like a mistake and is none: title, network, old text, new text.
HARMLESS = [
    torch("images normalised inside", "resnet", "", "", "", code="f = net.forward\nnet.forward = lambda x: f(x * 2 - 1)\nx = (x + 1) / 2"),
    keras("images normalised inside", "resnet", "", "", "", '_norm("bn1")(_conv(8, 3, 1, "conv1")(x))', '_norm("bn1")(_conv(8, 3, 1, "conv1")(L.Rescaling(2.0, -1.0)(x)))', code="x = (x + 1) / 2"),
    torch("relu behind the pooling", "lenet", "", "", "", "self.pool(self.relu1(self.conv1(x)))", "self.relu1(self.pool(self.conv1(x)))"),
    torch("hard swish written out", "mobilenet", "", "", "", "self.act3(self.pw1_bn(self.pw1(x)))", "(lambda y: y * F.relu6(y + 3) / 6)(self.pw1_bn(self.pw1(x)))"),
    torch("silu written out", "unet", "", "", "", "F.silu(self.down1(x))", "(lambda y: y * torch.sigmoid(y))(self.down1(x))"),
    torch("norms folded into convolutions", "mobilenet", "", "", "", code="from torch.nn.utils.fusion import fuse_conv_bn_eval as fuse\nnet.stem = fuse(net.stem, net.stem_bn); net.stem_bn = nn.Identity()\nnet.pw1 = fuse(net.pw1, net.pw1_bn); net.pw1_bn = nn.Identity()"),
    torch("channels last in memory", "lenet", "", "", "", code="net = net.to(memory_format=torch.channels_last); x = x.to(memory_format=torch.channels_last)"),
    torch("channels moved last before the flatten, dense weights too", "lenet", "", "", "", code="w = net.fc1.weight.data; w.copy_(w.reshape(120, 16, 5, 5).permute(0, 2, 3, 1).reshape(120, 400)); net.flat = lambda x: x.permute(0, 2, 3, 1).reshape(len(x), -1)"),
    torch("dropout that is not at work", "lenet", "", "", "", "x = self.flat(x)", "x = F.dropout(self.flat(x), 0.5, training=False)"),
    flax("relu that is not seen", "resnet", "", "", "", "nnx.relu(", "jax.jit(nnx.relu)("),
    flax("a mean that is not seen", "mobilenet", "", "", "", "x.mean(axis=(1, 2))", "jax.jit(lambda v: v.mean(axis=(1, 2)))(x)"),
    keras("gelu as a function without a name", "mobilenet", "", "", "", 'L.Activation("gelu"', "L.Activation(lambda v: keras.activations.gelu(v)"),
]
# fmt: on
