"""`python -m harness`."""

import os
import sys

# The harness's own sums are small: more threads would only take the frameworks' cores away.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    from harness.cli import main  # NumPy reads the variable when it is imported

    code = main()
except KeyboardInterrupt:  # before the command line listens, or after
    print("interrupted; --resume goes on where it stopped", file=sys.stderr)
    code = 130
sys.exit(code)
