"""Transposed convolution in MXNet, by its default calls."""

from mxnet import gluon, npx

from backends.contract import probe


def layer(k, **options):
    """A transposed layer of one channel with the kernel k; its bias is zero."""
    made = gluon.nn.Conv2DTranspose(1, k.shape, in_channels=1, **options)
    made.initialize()
    made.weight.set_data(k[None, None])
    return made


@probe("transposed.flip", "mxnet.npx")
def transposed_flip(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.flip", "mxnet.gluon")
def transposed_flip_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("transposed.default", "mxnet.npx")
def transposed_default(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.default", "mxnet.gluon")
def transposed_default_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("transposed.same", "mxnet.npx")
def transposed_same(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "pad": "same"}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.same", "mxnet.gluon")
def transposed_same_layer(x, k):
    return layer(k, padding="same")(x[None, None])[0, 0]


@probe("transposed.same", "mxnet.npx, target_shape")
def transposed_same_target(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "target_shape": (1, 3)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.same.stride", "mxnet.npx")
def transposed_same_stride(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": "same"}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.same.stride", "mxnet.gluon")
def transposed_same_stride_layer(x, k):
    return layer(k, strides=(1, 2), padding="same")(x[None, None])[0, 0]


@probe("transposed.same.stride", "mxnet.npx, pad=1")
def transposed_same_by_number(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "adj": (0, 1)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.same.stride", "mxnet.npx, target_shape")
def transposed_same_stride_target(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "target_shape": (1, 4)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.valid", "mxnet.npx")
def transposed_valid(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 1), num_filter=1, stride=(1, 3))[0, 0]


@probe("transposed.valid", "mxnet.gluon")
def transposed_valid_layer(x, k):
    return layer(k, strides=(1, 3))(x[None, None])[0, 0]


@probe("transposed.padding", "mxnet.npx")
def transposed_padding(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 4), num_filter=1, pad=(0, 1))[0, 0]


@probe("transposed.padding", "mxnet.gluon")
def transposed_padding_layer(x, k):
    return layer(k, padding=(0, 1))(x[None, None])[0, 0]


@probe("transposed.output-padding", "mxnet.npx")
def transposed_output_padding(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "adj": (0, 1)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.output-padding", "mxnet.gluon")
def transposed_output_padding_layer(x, k):
    return layer(k, strides=(1, 2), padding=(0, 1), output_padding=(0, 1))(x[None, None])[0, 0]


@probe("transposed.asymmetric", "mxnet.npx")
def transposed_asymmetric(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "pad": ((0, 0), (1, 0))}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.asymmetric", "mxnet.gluon")
def transposed_asymmetric_layer(x, k):
    return layer(k, padding=((0, 0), (1, 0)))(x[None, None])[0, 0]


@probe("transposed.groups", "mxnet.npx")
def transposed_groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.deconvolution(x, w, kernel=(1, 1), num_filter=2, num_group=2).reshape(-1)


@probe("transposed.groups", "mxnet.gluon")
def transposed_groups_layer(x, w):
    made = gluon.nn.Conv2DTranspose(2, 1, groups=2, in_channels=2)
    made.initialize()
    made.weight.set_data(w.reshape(2, 1, 1, 1))
    return made(x.reshape(1, 2, 1, 1)).reshape(-1)


@probe("transposed.dilation", "mxnet.npx")
def transposed_dilation(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "stride": (1, 2), "dilate": (1, 2)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.dilation", "mxnet.gluon")
def transposed_dilation_layer(x, k):
    return layer(k, strides=(1, 2), dilation=(1, 2))(x[None, None])[0, 0]
