"""Which instructions TensorFlow computes with: what oneDNN says of itself, and what XLA may use."""

import ctypes
import os
from pathlib import Path

import tensorflow as tf
from tensorflow.python.util import _pywrap_utils

from backends import processor

# tsl::port::CPUFeature (include/tsl/platform/cpu_info.h), whose numbers never change
FEATURES = {
    "amx": 41,
    "avx512_fp16": 44,
    "avx512_bf16": 39,
    "avx512_vnni": 38,
    "avx512": 27,
    "avx2_vnni": 40,
    "avx2": 14,
    "avx": 12,
    "sse41": 5,
}


def found():
    """What `describe()` says of the processor."""
    return processor.described(oneDNN=processor.asked(_onednn), XLA=processor.asked(_xla))


def onednn_takes(dtype):
    """Whether TensorFlow hands a dtype over to oneDNN, by what it finds in the processor; None if it does not say."""
    try:
        return _pywrap_utils.IsDataTypeSupportedByOneDNNOnThisCPU(dtype.as_datatype_enum)
    except AttributeError:  # another version
        return None


def _onednn():
    """What oneDNN says when it is first used."""
    image, kernel = tf.ones((1, 9, 9, 8)), tf.ones((3, 3, 8, 8))
    return processor.onednn(lambda: tf.nn.conv2d(image, kernel, strides=1, padding="SAME"))


def _xla():
    """What TensorFlow finds in the processor, which XLA takes up to what its flag allows."""
    library, *_ = sorted(Path(tf.sysconfig.get_lib()).glob("libtensorflow_framework.*"))
    has = ctypes.CDLL(str(library))._ZN3tsl4port14TestCPUFeatureENS0_10CPUFeatureE
    has.restype = ctypes.c_bool
    level = next((level for level, number in FEATURES.items() if has(number)), processor.UNKNOWN)
    return processor.limited(level, os.environ.get("XLA_FLAGS", ""))
