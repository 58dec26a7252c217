"""PyTorch in other modes: `--backend torch:NAME`. Environment variables of the worker; the adapter reads them."""

VARIANTS = {
    "channels-last": {"CONVPARITY_MODE": "channels-last"},  # NHWC in memory, which selects other kernels
    "compile": {"CONVPARITY_MODE": "compile"},  # torch.compile, where a C++ compiler is there
    "threads-2": {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},  # the smaller number counts
}
