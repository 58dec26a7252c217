"""Resizing images in MXNet, by its default calls.

`npx.image.resize` takes images (H, W, C) and sizes (width, height); its method is a number: 0 nearest, 2 bicubic.
"""

from mxnet import nd, np, npx

from backends.contract import probe


@probe("resize.nearest", "mxnet.npx.image")
def resize_nearest(x):
    return npx.image.resize(x[..., None], (5, 1), interp=0)[..., 0]


@probe("resize.bilinear", "mxnet.npx.image")
def resize_bilinear(x):
    return npx.image.resize(x[..., None], (8, 1))[..., 0]


@probe("resize.bilinear", "mxnet.nd")
def resize_bilinear_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=8)[0, 0]


@probe("resize.antialias", "mxnet.npx.image")
def resize_smaller(x):
    return npx.image.resize(x[..., None], (4, 1))[..., 0]


@probe("resize.antialias", "mxnet.nd")
def resize_smaller_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=4)[0, 0]


@probe("resize.cubic", "mxnet.npx.image")
def resize_cubic(x):
    return npx.image.resize(x[..., None], (8, 1), interp=2)[..., 0]


@probe("resize.method", "mxnet.npx.image")
def resize_method(x):
    return npx.image.resize(x[..., None], (4, 1))[..., 0]


@probe("resize.method", "mxnet.nd")
def resize_method_nd(x):
    return nd.UpSampling(np.repeat(x, 2, 0)[None, None].as_nd_ndarray(), scale=2)[0, 0, :1]
