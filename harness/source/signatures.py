"""An adapter's methods against the operators' records, read off the source without importing a framework.

A method takes the operator's inputs by position and its attributes by keyword. The layouts that `@native` declares are
not among them, unless it declares several: then the one in use is an attribute.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.source.parser import read
from harness.source.standalone import Snippet
from spec import layouts, operators
from spec.errors import UserError

# The methods beside the operators, by what they take; the second two may be left out.
CONTRACT = {"from_numpy": ["array"], "to_numpy": ["tensor"], "synchronize": [], "describe": []}
OPTIONAL = {"vjp": ["fn", "tensors", "cotangent"], "in_mode": ["call"]}
LAYOUTS = {"layout": layouts.IMAGE, "kernel_layout": layouts.KERNEL + layouts.TRANSPOSED_KERNEL + layouts.DENSE}

# The order of the operators in an adapter, and the headings over them: readers lay two adapters side by side.
HEADINGS = {
    "correlation and convolution": ("corr2d", "convolve2d", "conv2d", "conv2d_layer", "conv_transpose2d"),
    "padding, pooling, resampling": ("pad2d", "max_pool2d", "avg_pool2d", "upsample2d", "flatten"),
    "layers of a network": ("activation", "dense", "batch_norm2d"),
    "training": ("learn_kernel", "lenet5"),
}


def methods(adapter: Path) -> dict[str, ast.FunctionDef]:
    """The methods of the class `Adapter`, with those that it inherits. Raises `UserError` without such a class."""
    if not isinstance(read(adapter).definitions.get("Adapter"), ast.ClassDef):
        raise UserError(f"{adapter} has no class Adapter; see backends/contract.py")
    return Snippet(adapter).methods


def faults(adapter: Path) -> list[str]:
    """Everything in which an adapter differs from the records and from `backends/contract.py`, as "method: what"."""
    found, defined = [], methods(adapter)
    for name, expected in (CONTRACT | OPTIONAL).items():
        if name not in defined:
            found += [f"{name}: is missing"] if name in CONTRACT else []
        elif (actual := [argument.arg for argument in defined[name].args.args[1:]]) != expected:
            found.append(f"{name}: takes {actual}, not {expected}")
    for name, method in defined.items():
        if name in operators():
            found += [f"{name}: {fault}" for fault in _operator_faults(name, method)]
        elif name not in CONTRACT | OPTIONAL and not name.startswith("_"):
            found.append(f"{name}: is no operator; begin a helper's name with _")
    if not set(operators()) & set(defined):
        found.append(f"Adapter: has no operator; define one or more of {', '.join(operators())}")
    return found


def _operator_faults(name: str, method: ast.FunctionDef) -> Iterator[str]:
    """What is wrong with the method of an operator."""
    operator, arguments = operators()[name], method.args
    positional = [argument.arg for argument in arguments.posonlyargs + arguments.args][1:]
    rest = operator.inputs[len(positional) :] if arguments.vararg and name == "lenet5" else ()
    if (*positional, *rest) != operator.inputs:
        yield f"takes the inputs {positional}, not {list(operator.inputs)}"
    if arguments.vararg and name != "lenet5":
        yield f"takes any number of inputs, *{arguments.vararg.arg}"
    optional = positional[len(positional) - len(arguments.defaults) :] if arguments.defaults else []
    if optional != [one for one in positional if one in operator.optional]:
        yield f"has defaults for {optional}, not {list(operator.optional)}"
    if not all(isinstance(default, ast.Constant) and default.value is None for default in arguments.defaults):
        yield "has a default other than None"
    natives, wanted = _declared(method), set(operator.attributes)
    for attribute, follows in (("layout", operator.images), ("kernel_layout", operator.kernels)):
        if wrong := set(natives[attribute]) - set(LAYOUTS[attribute]):
            yield f"@native declares {sorted(wrong)}, which is no {attribute}"
        if bool(natives[attribute]) != bool(follows):
            needs = "put @native(...) before it" if follows else "the operator has none"
            yield f"@native declares {len(natives[attribute])} for {attribute}; {needs}"
        if follows and len(natives[attribute]) == 1:
            wanted.discard(attribute)
    keywords = [argument.arg for argument in arguments.kwonlyargs]
    wanted -= {name for name in wanted - set(keywords) if operator.attributes[name].late}
    if set(keywords) != wanted or len(keywords) != len(set(keywords)):
        yield f"takes the attributes {sorted(keywords)}, not {sorted(wanted)}"
    if any(default is not None for default in arguments.kw_defaults):
        yield "has a default for an attribute; the case names them all"
    if arguments.kwarg:
        yield f"takes any attribute, **{arguments.kwarg.arg}"


def _declared(method: ast.FunctionDef) -> Mapping[str, list[str]]:
    """The layouts and kernel layouts that a method declares with @native."""
    found: dict[str, list[str]] = {"layout": [], "kernel_layout": []}
    for decorator in method.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "native":
            found["layout"] = [word for argument in decorator.args for word in _words(argument)]
            kernels = [keyword for keyword in decorator.keywords if keyword.arg == "kernel"]
            found["kernel_layout"] = [word for keyword in kernels for word in _words(keyword.value)]
    return found


def _words(node: ast.expr) -> list[str]:
    """The layouts in an argument of @native: a string, several, or a name of `spec.layouts`."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name):
        return list(getattr(layouts, node.id, [node.id]))
    if isinstance(node, ast.Starred):
        return _words(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return [word for element in node.elts for word in _words(element)]
    return [ast.unparse(node)]


def unlike_the_others(adapter: Path) -> list[str]:
    """In what an adapter of this project is not laid out like the others, which a reader lays beside it."""
    source = read(adapter)
    body = source.definitions["Adapter"].body  # type: ignore[attr-defined]
    own = [node for node in body if isinstance(node, ast.FunctionDef)]
    found = [f"{node.name}: {fault}" for node in own if node.name in operators() for fault in _opening(node)]
    places = re.finditer(r"^    # ---- (.*?) -+$|^    def (\w+)", source.text, re.MULTILINE)
    actual = [place[1] or place[2] for place in places if place[1] or place[2] in operators()]
    defined = {node.name for node in own}
    wanted = []
    for heading, names in HEADINGS.items():
        present = [name for name in names if name in defined]
        wanted += [heading, *present] if present else []
    for expected, there in zip(wanted, actual):
        if expected != there:
            return [*found, f"order: {expected!r} should stand where {there!r} does"]
    return found if len(wanted) == len(actual) else [*found, f"order: headings and operators should be {wanted}"]


def _opening(method: ast.FunctionDef) -> Iterator[str]:
    """What is wrong with the first lines of an operator's docstring."""
    first, *more = (ast.get_docstring(method) or "").splitlines() or [""]
    if not re.match(r"Calls \S.*[.:]$", first):
        yield f"its docstring begins {first[:40]!r}; write 'Calls ...' what of the framework"
    if more and not re.match(r"Lacks .*, and so .*", more[0]):
        yield f"its docstring goes on {more[0][:40]!r}; write 'Lacks ..., and so ... instead.'"
