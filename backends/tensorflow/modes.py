"""TensorFlow in other modes, `--backend tensorflow:NAME`: environment variables of the worker for its adapter."""

VARIANTS = {
    "no-onednn": {"TF_ENABLE_ONEDNN_OPTS": "0"},  # Eigen's kernels in place of oneDNN's
    "function": {"CONVPARITY_MODE": "function"},  # every operator traced into a graph by tf.function
    "xla": {"CONVPARITY_MODE": "xla"},  # such graphs compiled by XLA
    "threads-2": {"OMP_NUM_THREADS": "2"},
}
