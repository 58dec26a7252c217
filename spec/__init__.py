"""What every framework must compute: operators, references, shape rules and cases, in plain NumPy.

Nothing here knows a framework. `spec.operators()` lists the operators by name; each is one file in
`spec/ops/`, read top to bottom. Works on NumPy from 1.23 on, because it is imported in every worker.
"""

from spec.core import BadCase, Case, Operator, Rejected
from spec.registry import operators

__all__ = ["BadCase", "Case", "Operator", "Rejected", "operators"]
