"""Writes down what an adapter calls of its framework, with the attributes already put in: run alone, as a script.

    python -I tracer.py FOLDER

The folder holds convert.py (from_numpy, to_numpy) and jobs.json: a list of {"code", "function", "inputs", "attrs",
"fixed", "symbolic"}. The answer, found.json, has for each job {"lines": [...]}, or {"problem": ...} where it cannot be
written.

The code is executed with the names of the framework replaced by proxies. They make the calls, and note them. An
argument that changes nothing is left out, and a pair of equal numbers becomes one: each time the call is made again,
and must return the same. Axes of inputs that are not "fixed" have texts (x.shape[0]). With
"symbolic" the pads of a rule have names: top, bottom, left, right.
"""

import inspect
import json
import math
import pathlib
import re
import sys

import numpy

SIDES = ("top", "bottom", "left", "right")


class Unwritable(Exception):
    """Something that has no text."""


class Named(int):
    """A whole number with a text: a pad, an axis of an input, or what was computed from such."""

    def __new__(cls, value, text):
        self = super().__new__(cls, value)
        self.text = text
        return self

    def __neg__(self):
        return Named(-int(self), f"-{self.atom}")

    @property
    def atom(self):
        """The text, as an operator may stand beside it."""
        return f"({self.text})" if " " in self.text or self.text.startswith("-") else self.text

    def __hash__(self):
        return int.__hash__(self)


def _arithmetic(name, sign):
    whole = getattr(int, f"__{name}__")

    def text(thing):
        return thing.atom if isinstance(thing, Named) else str(thing)

    def forward(self, other):
        if not isinstance(other, int):
            return NotImplemented
        value = whole(int(self), int(other))
        if sign == "-" and text(self) == text(other):
            return 0
        if not isinstance(other, Named) and other == {"+": 0, "-": 0, "*": 1, "//": 1}.get(sign):
            return self
        return Named(value, f"{text(self)} {sign} {text(other)}")

    def backward(self, other):
        if not isinstance(other, int):
            return NotImplemented
        if other == {"+": 0, "*": 1}.get(sign):
            return self
        return Named(whole(int(other), int(self)), f"{text(other)} {sign} {text(self)}")

    return forward, backward


for _name, _sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("floordiv", "//"), ("mod", "%")):
    _forward, _backward = _arithmetic(_name, _sign)
    setattr(Named, f"__{_name}__", _forward)
    setattr(Named, f"__r{_name}__", _backward)


class Value:
    """An array of the framework, and the call that it comes from."""

    def __init__(self, real, note, shape=None):
        self.__dict__.update(_real=real, _note=note)
        if shape is not None:
            self.__dict__["shape"] = shape

    def __getattr__(self, name):
        if name.startswith("__"):  # what a framework asks of its own arrays
            raise AttributeError(name)
        found = getattr(self._real, name)
        if callable(found):
            return Proxy(found, name, self)
        return Value(found, ("attribute", self, name)) if is_array(found) else found

    def __setattr__(self, name, value):
        raise Unwritable(f"sets {name}")

    def __len__(self):
        return len(self._real)

    def __getitem__(self, key):
        return Value(self._real[unwrapped(key)], ("item", self, key))


def _operator(name, sign):
    def apply(self, other):
        return Value(getattr(self._real, f"__{name}__")(unwrapped(other)), ("operator", self, sign, other))

    return apply


def _reflected(name, sign):
    def apply(self, other):
        return Value(getattr(self._real, f"__r{name}__")(unwrapped(other)), ("operator", other, sign, self))

    return apply


for _name, _sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("matmul", "@")):
    setattr(Value, f"__{_name}__", _operator(_name, _sign))
    setattr(Value, f"__r{_name}__", _reflected(_name, _sign))


class Proxy:
    """A module, function or constant of the framework by its name, or a method of a value."""

    def __init__(self, real, text, of=None):
        self.__dict__.update(_real=real, _text=text, _of=of)

    def __getattr__(self, name):
        found = getattr(self._real, name)
        return found if isinstance(found, (int, float, str)) else Proxy(found, f"{self._text}.{name}")

    def __call__(self, *given, **named):
        args, kwargs, found = simplified(self._real, list(given), dict(named))
        if isinstance(found, (tuple, list)) and any(map(is_array, found)):
            raise Unwritable(f"{self._text} returns several arrays")
        note = ("call", self, tuple(args), kwargs)
        return Value(found, note) if is_array(found) else found


def is_array(thing):
    return hasattr(thing, "shape") and hasattr(thing, "dtype") and not isinstance(thing, (numpy.generic, Value))


def unwrapped(thing):
    if isinstance(thing, (Value, Proxy)):
        return thing._real
    if isinstance(thing, Named):
        return int(thing)
    if isinstance(thing, slice):
        return slice(*map(unwrapped, (thing.start, thing.stop, thing.step)))
    if isinstance(thing, (list, tuple)):
        return type(thing)(map(unwrapped, thing))
    return {key: unwrapped(one) for key, one in thing.items()} if isinstance(thing, dict) else thing


# ---- the same call in fewer words ----------------------------------------------------------------


def simplified(real, args, kwargs):
    """(args, kwargs, result): with fewer and plainer arguments, as long as the result is the same."""
    wanted = real(*unwrapped(args), **unwrapped(kwargs))
    if not is_array(wanted):
        return args, kwargs, wanted

    def same(one, other):
        try:
            found = real(*unwrapped(one), **unwrapped(other))
            return is_array(found) and equal(found, wanted)
        except Exception:
            return False

    names = parameters(real)
    for place in range(len(args) - 1, 1, -1):  # plain positional arguments from the third on by name
        if place < len(names) and not holds_array(args[place]):
            moved = {names[place]: args[place], **kwargs}
            if same(args[:place], moved):
                args, kwargs = args[:place], moved
                continue
        if args[place] is None and place == len(args) - 1 and same(args[:place], kwargs):
            args = args[:place]
            continue
        break
    for name in reversed(list(kwargs)):
        if holds_array(kwargs[name]) or holds_pad(kwargs[name]):
            continue
        rest = {key: one for key, one in kwargs.items() if key != name}
        if same(args, rest):
            kwargs = rest
            continue
        value = kwargs[name]
        if isinstance(value, (list, tuple)) and value and all(type(one) is int and one == value[0] for one in value):
            plain = {**kwargs, name: value[0]}
            if same(args, plain):
                kwargs = plain
    return args, kwargs, wanted


def parameters(real):
    """The names of a function's parameters; a builtin tells them in the first line of its documentation."""
    try:
        return [
            name for name, one in inspect.signature(real).parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD
        ]
    except (TypeError, ValueError):
        head = re.match(r"\s*\w+\(([^()]*)\)", getattr(real, "__doc__", None) or "")
        return [part.partition("=")[0].strip() for part in head[1].split(",")] if head else []


def equal(one, other):
    one, other = convert["to_numpy"](one), convert["to_numpy"](other)
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def holds_array(thing):
    if isinstance(thing, (list, tuple)):
        return any(map(holds_array, thing))
    return isinstance(thing, Value)


def holds_pad(thing):
    if isinstance(thing, (list, tuple)):
        return any(map(holds_pad, thing))
    return isinstance(thing, Named)


# ---- text ------------------------------------------------------------------------------------------


class Text:
    """The calls behind a value as lines; what is used twice has a name of its own."""

    def __init__(self):
        self.lines, self.names, self.uses = [], {}, {}

    def count(self, thing):
        """How often each value is used."""
        if isinstance(thing, Value):
            self.uses[id(thing)] = self.uses.get(id(thing), 0) + 1
            if self.uses[id(thing)] == 1:
                for part in thing._note[1:]:
                    self.count(part)
        elif isinstance(thing, Proxy) and thing._of is not None:
            self.count(thing._of)
        elif isinstance(thing, (list, tuple)):
            for one in thing:
                self.count(one)
        elif isinstance(thing, dict):
            self.count(list(thing.values()))

    def of(self, thing):
        """The text of a value or of an argument."""
        if isinstance(thing, Value):
            return self._value(thing)
        if isinstance(thing, Named):
            return thing.text
        if isinstance(thing, Proxy):
            return f"{self._atom(thing._of)}.{thing._text}" if thing._of is not None else thing._text
        if isinstance(thing, (list, tuple)):
            inner = ", ".join(map(self.of, thing))
            return f"[{inner}]" if isinstance(thing, list) else f"({inner},)" if len(thing) == 1 else f"({inner})"
        if isinstance(thing, dict):
            return "{" + ", ".join(f"{key!r}: {self.of(one)}" for key, one in thing.items()) + "}"
        if isinstance(thing, slice):
            parts = ["" if one is None else self.of(one) for one in (thing.start, thing.stop)]
            return ":".join(parts + ([self.of(thing.step)] if thing.step is not None else []))
        if isinstance(thing, float) and not math.isfinite(thing):
            return f'float("{thing}")'
        if isinstance(thing, numpy.integer):
            return str(int(thing))
        if thing is None or isinstance(thing, (bool, int, float)):
            return repr(thing)
        if isinstance(thing, str):
            return json.dumps(thing)
        raise Unwritable(f"{type(thing).__name__} has no text")

    def _atom(self, thing):
        """A text that a dot, or an operator, may follow."""
        text = self.of(thing)
        return f"({text})" if isinstance(thing, Value) and thing._note[0] == "operator" else text

    def _value(self, value):
        kind, *parts = value._note
        if kind == "input":
            return parts[0]
        if id(value) in self.names:
            return self.names[id(value)]
        text = self._expression(kind, parts)
        if self.uses.get(id(value), 0) > 1:
            name = self.names[id(value)] = f"t{len(self.names) + 1}"
            self.lines.append(f"{name} = {text}")
            return name
        return text

    def _expression(self, kind, parts):
        if kind == "call":
            function, args, kwargs = parts
            given = [*map(self.of, args), *(f"{name}={self.of(one)}" for name, one in kwargs.items())]
            return f"{self.of(function)}({', '.join(given)})"
        if kind == "attribute":
            return f"{self._atom(parts[0])}.{parts[1]}"
        if kind == "item":
            key = parts[1] if isinstance(parts[1], tuple) else (parts[1],)
            return f"{self._atom(parts[0])}[{', '.join(map(self.of, key))}]"
        return f"{self._atom(parts[0])} {parts[1]} {self._atom(parts[2])}"


# ---- one job -----------------------------------------------------------------------------------------


def trace(job, folder):
    """The lines of one call; the last one is the expression of its result."""
    space = {"__name__": "text"}
    exec((folder / job["code"]).read_text(), space)
    for name, thing in list(space.items()):
        foreign = getattr(thing, "__module__", None) not in (None, "text", "typing", "builtins")
        framework = inspect.ismodule(thing) and thing.__name__ not in ("os", "math", "builtins")
        if not name.startswith("__") and (framework or (callable(thing) and foreign)):
            space[name] = Proxy(thing, name)
    if job["symbolic"]:
        rule = space.get("explicit")
        if rule is None:
            raise Unwritable("it has no rule for pads of its own")

        def named(*given, **more):
            ends = [end for pair in rule(*given, **more) for end in pair]
            top, bottom, left, right = map(Named, ends, SIDES)
            return (top, bottom), (left, right)

        space["explicit"] = named
    arrays = {name: numpy.load(folder / file, allow_pickle=False) for name, file in job["inputs"].items()}
    inputs = [
        Value(convert["from_numpy"](array), ("input", name), shape(name, array, job["fixed"]))
        for name, array in arrays.items()
    ]
    found = space[job["function"]](*inputs, **job["attrs"])
    if not isinstance(found, Value):
        raise Unwritable("its result is no call of the framework")
    text = Text()
    text.count(found)
    last = text.of(found)
    return [*text.lines, last]


def shape(name, array, fixed):
    """The shape of an input, whose axes have texts where their size is not fixed."""
    axes = [
        size if axis in fixed.get(name, ()) else Named(size, f"{name}.shape[{axis}]")
        for axis, size in enumerate(array.shape)
    ]
    return tuple(axes)


def main(folder):
    answers = []
    for job in json.loads((folder / "jobs.json").read_text()):
        try:
            answers.append({"lines": trace(job, folder)})
        except Exception as error:
            answers.append({"problem": f"{type(error).__name__}: {error}"})
    (folder / "found.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    convert: dict = {}
    exec((place / "convert.py").read_text(), convert)
    main(place)
