"""Mistakes planted in this backend, to test the cases: each must make some built-in case fail.

Each module holds the mistakes of one kind. A mistake is a function that stands in for one of the backend's own:
it takes that one first, then its arguments. Its docstring says what is wrong. `adapter.py` plants the one
that the environment variable CONVPARITY_MUTANT names; `python -m harness mutants` plants one after the other.
"""
