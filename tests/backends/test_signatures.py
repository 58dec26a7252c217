"""Every adapter's methods against the operators' records, read off the source without importing a framework.

A method takes the operator's inputs by position and its attributes by keyword. The layouts that `@native`
declares are not among them, unless it declares several: then the one in use is an attribute.
"""

import ast
from pathlib import Path

import pytest

from spec import layouts, operators

BACKENDS = Path(__file__).resolve().parents[2] / "backends"
ADAPTERS = sorted(path.parent.name for path in BACKENDS.glob("*/adapter.py"))

# The methods of every adapter, and those that an adapter may have beside its operators.
CONTRACT = {
    "from_numpy": ["array"],
    "to_numpy": ["tensor"],
    "vjp": ["fn", "tensors", "cotangent"],
    "synchronize": [],
    "describe": [],
}
OPTIONAL = {"in_mode"}
LAYOUTS = {"layout": layouts.IMAGE, "kernel_layout": layouts.KERNEL + layouts.TRANSPOSED_KERNEL}


def methods(source: str) -> dict[str, ast.FunctionDef]:
    """The methods of the class `Adapter`."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Adapter"]
    assert len(classes) == 1, "an adapter file defines one class Adapter"
    return {node.name: node for node in classes[0].body if isinstance(node, ast.FunctionDef)}


def words(node: ast.expr) -> list[str]:
    """The layouts in an argument of @native: a string, several, or a name of `spec.layouts`."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.Name):
        return list(getattr(layouts, node.id))
    if isinstance(node, ast.Starred):
        return words(node.value)
    assert isinstance(node, (ast.Tuple, ast.List)), f"line {node.lineno}: write the layouts of @native out"
    return [word for element in node.elts for word in words(element)]


def declared(method: ast.FunctionDef) -> dict[str, list[str]]:
    """The layouts and kernel layouts that a method declares with @native."""
    found: dict[str, list[str]] = {"layout": [], "kernel_layout": []}
    for decorator in method.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "native":
            found["layout"] = [word for argument in decorator.args for word in words(argument)]
            found["kernel_layout"] = [word for keyword in decorator.keywords for word in words(keyword.value)]
    return found


def faults(source: str) -> list[str]:
    """Everything in which an adapter differs from the records, as 'method: what'."""
    found = []
    defined = methods(source)
    for name, expected in CONTRACT.items():
        if name not in defined:
            found.append(f"{name}: is missing")
        elif (actual := [argument.arg for argument in defined[name].args.args[1:]]) != expected:
            found.append(f"{name}: takes {actual}, not {expected}")
    for name, method in defined.items():
        if name in operators():
            found += [f"{name}: {fault}" for fault in operator_faults(name, method)]
        elif name not in CONTRACT and name not in OPTIONAL and not name.startswith("_"):
            found.append(f"{name}: is no operator; begin a helper's name with _")
    return found


def operator_faults(name: str, method: ast.FunctionDef) -> list[str]:
    """What is wrong with the method of an operator."""
    operator, arguments, found = operators()[name], method.args, []
    positional = [argument.arg for argument in arguments.posonlyargs + arguments.args][1:]
    rest = operator.inputs[len(positional) :] if arguments.vararg and name == "lenet5" else ()
    if (*positional, *rest) != operator.inputs:
        found.append(f"takes the inputs {positional}, not {list(operator.inputs)}")
    if arguments.vararg and name != "lenet5":
        found.append(f"takes any number of inputs, *{arguments.vararg.arg}")
    optional = positional[len(positional) - len(arguments.defaults) :] if arguments.defaults else []
    if optional != [one for one in positional if one in operator.optional]:
        found.append(f"has defaults for {optional}, not {list(operator.optional)}")
    if not all(isinstance(default, ast.Constant) and default.value is None for default in arguments.defaults):
        found.append("has a default other than None")
    natives = declared(method)
    wanted = set(operator.attributes)
    for attribute, follows in (("layout", operator.images), ("kernel_layout", operator.kernels)):
        if wrong := set(natives[attribute]) - set(LAYOUTS[attribute]):
            found.append(f"@native declares {sorted(wrong)}, which is no {attribute}")
        if bool(natives[attribute]) != bool(follows):
            found.append(f"@native declares {len(natives[attribute])} for {attribute}")
        if follows and len(natives[attribute]) == 1:
            wanted.discard(attribute)
    keywords = [argument.arg for argument in arguments.kwonlyargs]
    if set(keywords) != wanted or len(keywords) != len(set(keywords)):
        found.append(f"takes the attributes {sorted(keywords)}, not {sorted(wanted)}")
    if any(default is not None for default in arguments.kw_defaults):
        found.append("has a default for an attribute; the case names them all")
    if arguments.kwarg:
        found.append(f"takes any attribute, **{arguments.kwarg.arg}")
    return found


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_method_has_the_signature_of_its_operator(name):
    assert faults((BACKENDS / name / "adapter.py").read_text()) == []


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_has_operators(name):
    assert set(operators()) & set(methods((BACKENDS / name / "adapter.py").read_text()))


# ---- planted faults ------------------------------------------------------------------------------

RIGHT = """
class Adapter:
    def __init__(self): ...
    def from_numpy(self, array): ...
    def to_numpy(self, tensor): ...
    def vjp(self, fn, tensors, cotangent): ...
    def synchronize(self): ...
    def describe(self): ...

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups): ...

    @native(*IMAGE, kernel=KERNEL)
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, layout, kernel_layout): ...

    @native("NHWC")
    @compiled
    def pad2d(self, x, *, padding, mode, value): ...

    def flatten(self, x, *, layout): ...

    def learn_kernel(self, x, y, w, *, lr, steps, loss): ...

    def lenet5(self, images, labels, *weights, lr, steps): ...

    def _helper(self, anything, **more): ...
"""


def test_what_is_right_has_no_faults():
    assert faults(RIGHT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("def describe(self): ...", "", "describe: is missing"),
        ("def vjp(self, fn, tensors, cotangent)", "def vjp(self, fn, cotangent, tensors)", "vjp: takes"),
        ("def _helper(self", "def helper(self", "helper: is no operator"),
        ("def _helper(self", "def conv3d(self", "conv3d: is no operator"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, k, b=None, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, w, x, b=None, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w, *, stride", "conv2d: takes the inputs"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, *tensors, stride", "conv2d: takes any number"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w, b, *, stride", "conv2d: has defaults for []"),
        ("conv2d(self, x, w, b=None, *, stride", "conv2d(self, x, w=None, b=None, *, stride", "conv2d: has defaults"),
        (
            "conv2d(self, x, w, b=None, *, stride",
            "conv2d(self, x, w, b=0, *, stride",
            "conv2d: has a default other than None",
        ),
        ("dilation, groups): ...", "dilation): ...", "conv2d: takes the attributes"),
        ("dilation, groups): ...", "dilation, groups, bias): ...", "conv2d: takes the attributes"),
        ("dilation, groups): ...", "dilation, groups=1): ...", "conv2d: has a default for an attribute"),
        ("dilation, groups): ...", "dilation, groups, **more): ...", "conv2d: takes any attribute"),
        ("dilation, groups): ...", "dilation, groups, layout): ...", "conv2d: takes the attributes"),
        ("groups, layout, kernel_layout", "groups, kernel_layout", "conv2d_layer: takes the attributes"),
        ("*IMAGE, kernel=KERNEL", "*IMAGE, kernel='OIHW'", "conv2d_layer: takes the attributes"),
        ('"NCHW", kernel="OIHW"', '"NCHW"', "conv2d: @native declares 0 for kernel_layout"),
        ('@native("NHWC")', "", "pad2d: @native declares 0 for layout"),
        ('@native("NHWC")', '@native("NHWC", kernel="OIHW")', "pad2d: @native declares 1 for kernel_layout"),
        ('@native("NHWC")', '@native("NWHC")', "pad2d: @native declares ['NWHC'], which is no layout"),
        ("def flatten(self, x, *, layout)", "def flatten(self, x)", "flatten: takes the attributes []"),
        ("labels, *weights, lr", "*weights, labels, lr", "lenet5: takes the attributes"),
    ],
)
def test_a_planted_fault_is_seen(right, wrong, fault):
    assert RIGHT.count(right) == 1
    found = faults(RIGHT.replace(right, wrong))
    assert any(fault in one for one in found), found
    assert {one.partition(":")[0] for one in found} == {fault.partition(":")[0]}
