"""The attributes that several operators share: their form, default, and values to be covered in pairs."""

import dataclasses
import sys
from typing import Any

from spec.core import Attribute
from spec.layouts import DENSE, IMAGE, KERNEL, TRANSPOSED_KERNEL

LARGEST = sys.float_info.max
RULES = ("valid", "same", "same_lower", "full")


def is_pair(value: Any) -> bool:
    """Two whole numbers, [h, w]."""
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_whole, value))


def is_whole(value: Any) -> bool:
    """A whole number of 64 bits, which are what frameworks take; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def is_number(value: Any) -> bool:
    """A whole or floating number; True and False are none, nor is what is beyond all floating numbers."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, float) or (whole and abs(value) <= LARGEST)


def is_pads(value: Any) -> bool:
    """[[top, bottom], [left, right]]."""
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_pair, value))


def pair(*values: list[int], default: Any = (1, 1), required: bool = False) -> Attribute:
    """An attribute [h, w]; a default of None means that the operator derives it."""
    return Attribute("[h, w], two whole numbers", is_pair, default, required, values)


def padding(*values: Any) -> Attribute:
    """The padding of a window operator: pads, or the name of a rule."""
    form = f"[[top, bottom], [left, right]] or one of {', '.join(RULES)}"
    return Attribute(form, lambda value: is_pads(value) or value in RULES, "valid", False, values)


def choice(*values: str, default: str) -> Attribute:
    """One of several words."""
    return Attribute(f"one of {', '.join(values)}", lambda value: value in values, default, False, values)


def late(attribute: Attribute) -> Attribute:
    """One that adapters may lack: it came when there were adapters already."""
    return dataclasses.replace(attribute, late=True)


def flag(default: bool = False) -> Attribute:
    """True or false."""
    return Attribute("true or false", lambda value: isinstance(value, bool), default, False, (False, True))


def whole(*values: int, default: int = 1) -> Attribute:
    """A whole number."""
    return Attribute("a whole number", is_whole, default, False, values)


def number(*values: float, default: float = 0.0) -> Attribute:
    """A number."""
    return Attribute("a number", is_number, default, False, values)


LAYOUT = choice(*IMAGE, default="NCHW")
KERNEL_LAYOUT = choice(*KERNEL, default="OIHW")
TRANSPOSED_KERNEL_LAYOUT = choice(*TRANSPOSED_KERNEL, default="IOHW")
DENSE_LAYOUT = choice(*DENSE, default="OI")
