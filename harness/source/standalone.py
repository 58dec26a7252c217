"""An operator of an adapter as code that runs without this project.

The adapter's method is taken as it is written, with every function of the project that it calls, however
deep, and the imports that these need. Nothing is imported: the sources are read.
"""

import ast
import dataclasses
import re
from pathlib import Path

from harness.source.parser import Source, read
from harness.workers.backends import ROOT
from spec.errors import UserError

PROJECT = ("spec", "backends")


class Snippet:
    """The code collected for one or more methods of an adapter, in the order in which it must stand."""

    def __init__(self, adapter: Path) -> None:
        self.adapter = read(adapter)
        self.imports: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.nodes: dict[str, ast.AST] = {}
        self.sources: list[Source] = []  # the adapter's file after those of the classes that it extends
        self.methods: dict[str, ast.FunctionDef] = {}
        self.homes: dict[str, Source] = {}  # method -> the file that it stands in
        self._inherit("Adapter", self.adapter)
        self.effects = [effect for source in self.sources for effect in source.effects]
        for source in self.sources:
            for effect in source.effects:
                self._follow(ast.parse(effect), source)

    def add(self, method: str) -> None:
        """A method of the adapter as a function of the same name, and all that it needs."""
        if method not in self.methods:
            raise UserError(f"{self.adapter.path}: a bridge needs the method {method} in its class Adapter")
        node = self.methods[method]
        if self.nodes.get(method) is node:
            return
        self._hold(method, node)  # holds the place against recursion; written at the end, after what it needs
        code = re.sub(r"\bself,\s*", "", self.homes[method].code(node), count=1)
        code = self._follow(node, self.homes[method], code)
        for name in sorted(set(re.findall(r"\bself\.(\w+)", code))):
            self.add(name)
        self._write(method, re.sub(r"\bself\.", "", code))

    def include(self, path: Path, function: str) -> None:
        """A function of another file of the backend, and all that it needs."""
        self._define(function, read(path))

    def defines(self, name: str) -> bool:
        """Whether the adapter defines a name beside its class."""
        return any(name in one.definitions for one in self.sources)

    def expression(self, name: str) -> str:
        """What a name that the adapter defines beside its class stands for: "torch.permute"."""
        source = next((one for one in self.sources[::-1] if name in one.definitions), None)
        if source is None:
            raise UserError(f"{self.adapter.path}: a bridge needs {name}; see backends/numpy/runtime.py")
        value = source.definitions[name].value  # type: ignore[attr-defined]
        return self._follow(value, source, ast.unparse(value))

    def parameters(self, method: str) -> list[str]:
        """The names of a method's keyword-only parameters: its attributes."""
        return [one.arg for one in self.methods[method].args.kwonlyargs]

    def text(self) -> str:
        """Imports, what must run first, definitions."""
        head = sorted(set(self.imports.values()), key=lambda line: (line.startswith("from"), line))
        return "\n".join([*head, "", *self.effects, "", ""]) + "\n\n\n".join(self.parts.values()) + "\n"

    def _inherit(self, name: str, source: Source) -> None:
        """Note the methods of a class, after those of the classes of the project that it extends."""
        node = source.definitions[name]
        for base in (one.id for one in node.bases if isinstance(one, ast.Name)):  # type: ignore[attr-defined]
            module, member, _ = source.imports.get(base, ("", "", ""))
            if module.partition(".")[0] in PROJECT:
                self._inherit(member, read(_path(module).with_suffix(".py")))
        self.sources.append(source)
        for method in node.body:  # type: ignore[attr-defined]
            if isinstance(method, ast.FunctionDef):
                self.methods[method.name], self.homes[method.name] = method, source

    def _hold(self, name: str, node: ast.AST) -> None:
        if name in self.nodes:
            raise ValueError(f"{self.adapter.path}: two things in one text are called {name}")
        self.nodes[name], self.parts[name] = node, ""

    def _write(self, name: str, code: str) -> None:
        self.parts.pop(name, None)
        self.parts[name] = code

    def _define(self, name: str, source: Source) -> None:
        node = source.definitions[name]
        if any(one is node for one in self.nodes.values()):  # by this name or another: A, B = 1, 2
            return
        self._hold(name, node)
        code = source.code(node)
        kept = [one for one in getattr(node, "decorator_list", []) if one not in self._dropped(node)]
        decorators = "".join(f"@{ast.unparse(one)}\n" for one in kept)
        self._write(name, decorators + self._follow(node, source, code))

    def _follow(self, node: ast.AST, source: Source, code: str = "") -> str:
        """Include what a node's names stand for; returns the code with `module.name` of the project as `name`."""
        dropped = {id(one) for decorator in self._dropped(node) for one in ast.walk(decorator)}
        inside = [one for one in ast.walk(node) if id(one) not in dropped]
        for name in sorted({one.id for one in inside if isinstance(one, ast.Name)}):
            if name in source.definitions and source.definitions[name] is not node:
                self._define(name, source)
            elif name in source.imports:
                code = self._import(name, source, code)
        return code

    def _dropped(self, node: ast.AST) -> list[ast.expr]:
        """The decorators that are left out: all of a method, which tie it to the adapter, and declarations."""
        if not isinstance(node, ast.FunctionDef):
            return []
        return [one for one in node.decorator_list if node in self.methods.values() or _declares(one)]

    def _import(self, name: str, source: Source, code: str) -> str:
        module, member, line = source.imports[name]
        if module.partition(".")[0] not in PROJECT:
            if self.imports.setdefault(name, line) != line:
                raise ValueError(f"{source.path.name}: {name!r} means two things: {line!r} and {self.imports[name]!r}")
            return code
        path = _path(module)
        if (path.is_dir() and not (path / "__init__.py").read_text().strip()) or (path / f"{member}.py").is_file():
            inner = read(path / f"{member}.py")  # a module of the project: its members are called by their own names
            for found in sorted(set(re.findall(rf"\b{name}\.(\w+)", code))):
                self._define(found, inner)
            return re.sub(rf"\b{name}\.(\w+)", r"\1", code)
        self._define(member, read(path.with_suffix(".py")))
        return code


def _path(module: str) -> Path:
    """Where a module of the project is, without the suffix of a file."""
    return ROOT / Path(*module.split("."))


@dataclasses.dataclass(frozen=True)
class Layouts:
    """The layouts that a function declares with `@native`, the first of several; "" where it does not follow one."""

    image: str = ""
    kernel: str = ""
    dense: str = ""


def layouts_of_method(adapter: Path, method: str) -> Layouts:
    """The layouts of a method of an adapter."""
    snippet = Snippet(adapter)
    return _declared(snippet.methods[method], snippet.homes[method])


def layouts_of_function(path: Path, function: str) -> Layouts:
    """The layouts of a function of another file."""
    source = read(path)
    return _declared(source.definitions[function], source)


def _declared(node: ast.stmt, source: Source) -> Layouts:
    for call in filter(_declares, getattr(node, "decorator_list", [])):
        named = {one.arg: _words([one.value], source) for one in call.keywords}
        first = {name: words[0] for name, words in {"image": _words(call.args, source), **named}.items() if words}
        return Layouts(**first)
    return Layouts()


def _declares(decorator: ast.expr) -> bool:
    """Whether a decorator is `@native(...)`."""
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "native"


def _words(nodes: list[ast.expr], source: Source) -> tuple[str, ...]:
    """The layouts that expressions spell out: "NHWC", or a tuple of `spec.layouts` such as *IMAGE."""
    import spec.layouts

    found: list[str] = []
    for node in nodes:
        node = node.value if isinstance(node, ast.Starred) else node
        value = getattr(spec.layouts, node.id) if isinstance(node, ast.Name) else ast.literal_eval(node)
        found += [value] if isinstance(value, str) else value
    return tuple(found)
