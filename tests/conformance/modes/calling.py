"""Calls an operator as a worker does, and prints what was found."""

import json

import numpy as np

from backends.execute import execute
from spec import operators

ATTRS = {"layout": "NCHW"}


def call(adapter, shape=(1, 2, 3, 4), dtype=np.float32, gradient=True):
    """`flatten` of ones, and its gradient, in the adapter's mode; returns the output."""
    x = np.ones(shape, dtype)
    cotangent = np.ones((shape[0], x[0].size), dtype) if gradient else None
    return execute(adapter, operators()["flatten"], ATTRS, {"x": x}, cotangent).outputs["y"]


def tell(**facts):
    """The facts in one line, for the test that runs this."""
    print("facts", json.dumps(facts))
