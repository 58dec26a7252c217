"""Dtypes, memory and errors of MXNet, by its default calls. Its operators run later than they are called."""

from mxnet import gluon, nd, np, npx

from backends.contract import arrays, probe
from spec.questions.words import when

ONE = {"kernel": (1, 1), "num_filter": 1, "no_bias": True}  # a convolution of one pixel

FOUR = {"kernel": (2, 2), "num_filter": 1, "no_bias": True}


PROBES = {
    "mxnet.np": {
        "dtype.add": lambda x, k: str((x + k).dtype),
        "dtype.add.integers": lambda x, k: str((x + k).dtype),
        "errors.when": lambda x: when(lambda: np.linalg.cholesky(x), lambda y: y.asnumpy()),
    },
    "mxnet.np.array": {
        "dtype.numpy": arrays(lambda x: str(np.array(x).asnumpy().dtype)),
        "dtype.list": lambda: str(np.array([1.5, 2.5]).asnumpy().dtype),
    },
    "mxnet.nd.array": {
        "dtype.numpy": arrays(lambda x: str(nd.array(x).asnumpy().dtype)),
    },
    "mxnet.nd.from_numpy": {
        "dtype.numpy": arrays(lambda x: str(nd.from_numpy(x).asnumpy().dtype)),
    },
    "mxnet.npx": {
        "dtype.integers": lambda x, k: npx.convolution(x[None, None], k[None, None], **FOUR)[0, 0],
    },
}


@probe("dtype.mixed", "mxnet.npx")
def mixed(x, k):
    return str(npx.convolution(x[None, None, None], k[None, None, None], **ONE).asnumpy().dtype)


@probe("dtype.mixed", "mxnet.gluon")
def mixed_layer(x, k):
    layer = gluon.nn.Conv2D(1, 1, in_channels=1)
    layer.initialize()
    layer.weight.set_data(k[None, None, None])
    return str(layer(x[None, None, None]).asnumpy().dtype)


@probe("dtype.numpy-into-call", "mxnet.npx", arrays=True)
def numpy_into_call(x, k):
    return str(npx.convolution(np.array(x)[None, None], k[None, None], **FOUR).asnumpy().dtype)


@probe("dtype.half", "mxnet.npx", arrays=True)
def half(x, k):
    x, k = np.array(x, dtype="float16"), np.array(k, dtype="float16")
    return str(npx.convolution(x[None, None], k[None, None], **FOUR).asnumpy().dtype)


@probe("dtype.bfloat16", "mxnet.npx", arrays=True)
def bfloat16(x, k):
    x, k = np.array(x, dtype="bfloat16"), np.array(k, dtype="bfloat16")
    return str(npx.convolution(x[None, None], k[None, None], **FOUR).asnumpy().dtype)


@probe("memory.in", "mxnet.np.array", arrays=True)
def memory_in_array(x):
    tensor = np.array(x)
    x[0] = 9
    return tensor


@probe("memory.in", "mxnet.nd.array", arrays=True)
def memory_in_nd_array(x):
    tensor = nd.array(x)
    x[0] = 9
    return tensor


@probe("memory.in", "mxnet.nd.from_numpy", arrays=True)
def memory_in_from_numpy(x):
    tensor = nd.from_numpy(x)  # makes the array read-only
    x[0] = 9
    return tensor


@probe("memory.out", "mxnet.np")
def memory_out(x):
    x.asnumpy()[0] = 9
    return x


@probe("memory.assign", "mxnet.np")
def memory_assign(x):
    x[0] = 9
    return x


@probe("memory.view", "mxnet.np")
def memory_view(x):
    part = x[:2]
    part[0] = 9
    return x


@probe("errors.shape", "mxnet.npx")
def errors_shape(x, k):
    return when(lambda: npx.convolution(x.reshape(1, 2, 1, 1), k.reshape(1, 3, 1, 1), **ONE), lambda y: y.asnumpy())


@probe("errors.empty", "mxnet.npx")
def errors_empty(x):
    return when(lambda: npx.convolution(x, np.ones((1, 1, 1, 1)), **ONE), lambda y: y.asnumpy(), npx.waitall)
