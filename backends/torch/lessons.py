"""The calls of the lessons in PyTorch: what one writes first, and what is right. Images NCHW, kernels OIHW."""

import torch
import torch.nn.functional as F

TENSOR = torch.tensor  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}

CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: F.conv2d(x, w, stride=2, padding="same"),
        "padding=1": lambda x, w: F.conv2d(x, w, stride=2, padding=1),
        "padded before": lambda x, w: F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2),
    },
}
