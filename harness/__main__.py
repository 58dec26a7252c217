"""`python -m harness`."""

import os
import sys

# The harness's own sums are small: more threads would only take the frameworks' cores away.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from harness.cli import main  # NumPy reads the variable when it is imported

sys.exit(main())
