"""JAX in other modes: `--backend jax:NAME`. Environment variables of the worker; the adapter reads them."""

VARIANTS = {
    "eager": {"CONVPARITY_MODE": "eager"},  # no `jit`: each primitive is a program by itself
    "x32": {"CONVPARITY_MODE": "x32"},  # as JAX is by default: 64-bit inputs become 32-bit
    "threads-2": {"OMP_NUM_THREADS": "2"},
}
