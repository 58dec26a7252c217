"""The calls of the lessons in PyTorch: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import torch
import torch.nn.functional as F

TENSOR = torch.tensor  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def layer(w, **options):
    """A layer without bias that has the kernel w."""
    made = torch.nn.Conv2d(w.shape[1], w.shape[0], w.shape[2:], bias=False, **options)
    made.weight.data = w
    return made


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: F.conv2d(x, w, stride=2, padding="same"),
        "padding=1": lambda x, w: F.conv2d(x, w, stride=2, padding=1),
        "padded before": lambda x, w: F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: F.conv2d(x, w),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: F.conv2d(x, w, stride=2, dilation=2),
        "the layer": lambda x, w: layer(w, stride=2, dilation=2)(x),
        "every second output": lambda x, w: F.conv2d(x, w, dilation=2)[:, :, ::2, ::2],
        "without dilation": lambda x, w: F.conv2d(x, w, stride=2),
    },
    "pooling": {
        "by default": lambda x: F.avg_pool2d(x, 2, padding=1),
        "pixels seen alone": lambda x: F.avg_pool2d(x, 2, padding=1, count_include_pad=False),
        "all places": lambda x: F.avg_pool2d(F.pad(x, (1, 1, 1, 1)), 2),
    },
    "transposed-convolution": {
        "by default": lambda x, w: F.conv_transpose2d(x, w, stride=2),
    },
    "upsampling": {
        "bilinear": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        "half pixels": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        "corners aligned": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
        "nearest": lambda x: F.interpolate(x, scale_factor=2),
    },
}
