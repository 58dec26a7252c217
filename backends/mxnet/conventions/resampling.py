"""Resizing images in MXNet, by its default calls.

`npx.image.resize` takes images (H, W, C) and sizes (width, height); its method is a number: 0 nearest, 2 bicubic.
"""

from mxnet import nd, np, npx

from backends.contract import probe

PROBES = {
    "mxnet.npx.image": {
        "resize.nearest": lambda x: npx.image.resize(x[..., None], (5, 1), interp=0)[..., 0],
        "resize.bilinear": lambda x: npx.image.resize(x[..., None], (8, 1))[..., 0],
        "resize.antialias": lambda x: npx.image.resize(x[..., None], (4, 1))[..., 0],
        "resize.cubic": lambda x: npx.image.resize(x[..., None], (8, 1), interp=2)[..., 0],
        "resize.method": lambda x: npx.image.resize(x[..., None], (4, 1))[..., 0],
    },
    "mxnet.nd": {
        "resize.method": lambda x: nd.UpSampling(np.repeat(x, 2, 0)[None, None].as_nd_ndarray(), scale=2)[0, 0, :1],
    },
}


@probe("resize.bilinear", "mxnet.nd")
def resize_bilinear_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=8)[0, 0]


@probe("resize.antialias", "mxnet.nd")
def resize_smaller_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=4)[0, 0]
