"""Transposed convolution in MXNet, by its default calls."""

from mxnet import gluon, npx

from backends.contract import probe


def layer(k, **options):
    """A transposed layer of one channel with the kernel k; its bias is zero."""
    made = gluon.nn.Conv2DTranspose(1, k.shape, in_channels=1, **options)
    made.initialize()
    made.weight.set_data(k[None, None])
    return made


PROBES = {
    "mxnet.gluon": {
        "transposed.flip": lambda x, k: layer(k)(x[None, None])[0, 0],
        "transposed.default": lambda x, k: layer(k)(x[None, None])[0, 0],
        "transposed.same": lambda x, k: layer(k, padding="same")(x[None, None])[0, 0],
        "transposed.same.stride": lambda x, k: layer(k, strides=(1, 2), padding="same")(x[None, None])[0, 0],
        "transposed.valid": lambda x, k: layer(k, strides=(1, 3))(x[None, None])[0, 0],
        "transposed.padding": lambda x, k: layer(k, padding=(0, 1))(x[None, None])[0, 0],
        "transposed.asymmetric": lambda x, k: layer(k, padding=((0, 0), (1, 0)))(x[None, None])[0, 0],
        "transposed.dilation": lambda x, k: layer(k, strides=(1, 2), dilation=(1, 2))(x[None, None])[0, 0],
    },
}


@probe("transposed.flip", "mxnet.npx")
def transposed_flip(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.default", "mxnet.npx")
def transposed_default(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.same", "mxnet.npx")
def transposed_same(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 2), num_filter=1, pad="same")[0, 0]


@probe("transposed.same", "mxnet.npx, target_shape")
def transposed_same_target(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 2), num_filter=1, target_shape=(1, 3))[0, 0]


@probe("transposed.same.stride", "mxnet.npx")
def transposed_same_stride(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1, stride=(1, 2), pad="same")[0, 0]


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


@probe("transposed.padding", "mxnet.npx")
def transposed_padding(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 4), num_filter=1, pad=(0, 1))[0, 0]


@probe("transposed.output-padding", "mxnet.npx")
def transposed_output_padding(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "adj": (0, 1)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.output-padding", "mxnet.gluon")
def transposed_output_padding_layer(x, k):
    return layer(k, strides=(1, 2), padding=(0, 1), output_padding=(0, 1))(x[None, None])[0, 0]


@probe("transposed.asymmetric", "mxnet.npx")
def transposed_asymmetric(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1, pad=((0, 0), (1, 0)))[0, 0]


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
