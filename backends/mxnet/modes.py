"""MXNet in other modes: `--backend mxnet:NAME`. Environment variables of the worker."""

VARIANTS = {
    "no-mkldnn": {"MXNET_MKLDNN_ENABLED": "0", "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0"},  # without oneDNN
    "hybridized": {"CONVPARITY_MODE": "hybridized"},  # gluon's layers as a graph; the adapter reads it
    "threads-2": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
}
