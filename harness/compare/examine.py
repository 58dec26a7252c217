"""What a pair of layers differs in, judged by the specification, and one word for it.

Each layer is judged on its own input first. Then B's layer is computed on A's input, in float64: what that changes are
settings and weights. Layers without a partner between two pairs belong to the pair behind them, so that pads, a
missing activation or an exchanged order show as a difference of what both do with the same tensors.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from harness.compare import weights as held
from harness.compare.align import Pairs
from harness.compare.closeness import EQUAL, NEAR, WRITTEN_OUT, alike, close, differ, tolerance
from harness.compare.finding import CARRIED, LAYOUT, NOT_JUDGED, ROUNDING, SAME_BITS, SETTINGS, WEIGHTS, WRONG, Finding
from harness.compare.gaps import Gaps, called
from harness.compare.inputs import preprocessing
from harness.compare.kinds import Unknown, computed, expected
from harness.compare.model import Model, Op
from harness.compare.paths import REFUSED, Paths
from harness.diagnosis.pair import looks_like
from harness.judging.difference import Difference
from harness.judging.verdict import Comparison, compare
from spec.core import BadCase, Rejected

# These change the function whatever the numbers: they count even where this input does not show it.
ALWAYS = ("epsilon", "form", "approximate", "slope", "alpha", "beta", "axis", "training", "momentum")


@dataclasses.dataclass
class Row:
    """What became of one pair; `one` and `other` are keys of layers."""

    one: str
    other: str
    kind: str
    word: str
    findings: list[Finding]
    own: tuple[Comparison | None, Comparison | None]
    input: Difference | None
    output: Difference | None
    note: str = ""

    @property
    def mistaken(self) -> bool:
        return bool(self.findings)


class Examiner:
    """Judges the pairs of two models."""

    def __init__(self, one: Model, other: Model, pairs: Pairs) -> None:
        self.models, self.pairs = (one, other), pairs
        self.paths = Paths(self.models, pairs)
        self.counterpart = {a.output: b.output for a, b in pairs}
        self.counterpart |= dict(zip(one.trace.inputs, other.trace.inputs))
        self.gaps = Gaps(self.models, self.paths, self.counterpart)
        self.names = [
            {op.output: op.key for op in model.ops} | dict.fromkeys(model.trace.inputs, "(input)")
            for model in self.models
        ]

    # ---- rows

    def rows(self) -> Iterator[Row]:
        """A row for the inputs, for every pair, and for the outputs."""
        for index, names in enumerate(zip(self.models[0].trace.inputs, self.models[1].trace.inputs)):
            yield self._input(index, *names)
        for a, b in [*self.pairs, *self.ends()]:
            yield self._pair(a, b)

    def _prepared_inside(self, names: tuple[str, str]) -> bool:
        """Whether one model prepares its images itself: what reads them gets the same in both."""
        readers = [pair for pair in self.pairs if any(name in self.paths.leaves(0, pair[0]) for name in names[:1])]
        gaps = [self._inputs_differ(*pair) for pair in readers]
        return bool(gaps) and all(one is not None and one.relative < WRITTEN_OUT for one in gaps)

    def ends(self) -> Iterator[tuple[Op, Op]]:
        """The outputs, as layers that change nothing, where layers without a partner come before them."""
        for a, b in zip(self.models[0].trace.outputs, self.models[1].trace.outputs):
            if self.counterpart.get(a) != b:
                ops = []
                for model, name in zip(self.models, (a, b)):
                    layer = dataclasses.replace(model.ops[-1].layer, name="(output)", call=0, weights={}, settings={})
                    ops.append(Op(len(model.trace.layers), layer, "identity", {}, (name,), name))
                yield ops[0], ops[1]

    def _input(self, index: int, one: str, other: str) -> Row:
        a, b = (model.value(name) for model, name in zip(self.models, (one, other)))
        name = f"(input {index})" if index else "(input)"
        found, gap = [], differ(a, b)
        if a.dtype != b.dtype:
            found.append(Finding(SETTINGS, f"dtype {a.dtype} / {b.dtype}", {"dtype": (str(a.dtype), str(b.dtype))}))
        narrower = a.dtype != b.dtype and np.array_equal(a.astype(b.dtype), b)
        if (
            not narrower
            and (gap is None or (gap.differing and gap.relative > NEAR / 1000))
            and not self._prepared_inside((one, other))
        ):
            found += list(preprocessing(a, b))
        word = found[0].word if found else SAME_BITS if not gap or not gap.differing else ROUNDING
        return Row(name, name, "input", word, found, (None, None), None, gap)

    def _pair(self, a: Op, b: Op) -> Row:
        own = tuple(self._own(model, op) for model, op in zip(self.models, (a, b)))
        findings, note = self._findings(a, b)
        for op, comparison, whose in zip((a, b), own, "AB"):
            if isinstance(comparison, Comparison) and not comparison.outcome.is_right:
                findings.append(
                    Finding(WRONG, f"{whose} ({op.key}) misses the truth of its own input: {comparison.why}")
                )
        reasons = [one for one in own if isinstance(one, str)]
        inputs = self._inputs_differ(a, b)
        outputs = differ(self.models[0].value(a.output), self.models[1].value(b.output))
        same = outputs is not None and not outputs.differing
        if findings:
            word = findings[0].word
        elif same and inputs is not None and not inputs.differing:
            word = SAME_BITS
        elif reasons or note:
            word, note = NOT_JUDGED, note or reasons[0]
        else:
            word = SAME_BITS if same else ROUNDING if inputs is not None and not inputs.differing else CARRIED
        judged = tuple(one if isinstance(one, Comparison) else None for one in own)
        return Row(a.key, b.key, a.kind, word, findings, (judged[0], judged[1]), inputs, outputs, note)

    def parts(self, pair: tuple[Op, Op]) -> bool:
        """Whether what comes before the two layers of a pair is not the same."""
        return any({"layers", "input", "kind"} & one.about.keys() for one in self._findings(*pair)[0])

    # ---- each on its own

    def _own(self, model: Model, op: Op) -> Comparison | str | None:
        """A layer's output against the truth of its own input; why not, where there is no truth."""
        if op.kind in ("flatten", "transpose", "identity", "reshape") or op.layer.name == "(output)":
            return None
        try:
            inputs = [model.value(name, op) for name in op.inputs]
            weights, actual = model.weights(op), model.value(op.output)
            if actual.dtype != inputs[0].dtype:  # it casts first, as in mixed precision, or images of whole numbers
                inputs = [one.astype(actual.dtype) for one in inputs]
                weights = {key: array.astype(actual.dtype) for key, array in weights.items()}
            wanted = expected(op.kind, op.attrs, inputs, weights)
            if actual.shape != wanted.value.shape and actual.size == wanted.value.size:
                actual = actual.reshape(wanted.value.shape)
            # Whether numbers repeat, so that their errors do, takes long to find out: it only widens the bounds.
            plain = dataclasses.replace(wanted, walk=lambda dtype: 1.0)
            found = compare("y", actual, plain, inputs[0].dtype, exactly=False)
            if found.outcome.is_right:
                return found
            found = compare("y", actual, wanted, inputs[0].dtype, exactly=False)
            look = looks_like(wanted.value.astype(actual.dtype), actual) if actual.shape == wanted.value.shape else ""
            return dataclasses.replace(found, why=f"{found.why}; of truth and result {look}") if look else found
        except (Rejected, BadCase) as error:
            return f"the specification refuses it: {error}"
        except Unknown as error:
            return str(error)
        except REFUSED as error:
            return f"it cannot be computed from what was recorded: {type(error).__name__}: {error}"

    # ---- A's against B's

    def _findings(self, a: Op, b: Op) -> tuple[list[Finding], str]:
        """The mistakes of a pair, and why it could not be judged wholly."""
        found: list[Finding] = []
        if b.place in self.models[1].misread or a.place in self.models[0].misread:
            text = self.models[1].misread.get(b.place) or f"A: {self.models[0].misread[a.place]}"
            found.append(Finding(LAYOUT, text))
        leaves = self.paths.leaves(0, a), self.paths.leaves(1, b)
        if self._images(leaves) and any(self._before_both(a, b)) and self._same_inputs(a, b):
            return [*found, *self._layer(a, b)], ""
        found += self._dtypes(a, b, leaves)
        hidden = [self.paths.gaps(side, names) for side, names in enumerate(leaves)]
        if any(hidden):
            more, note = self.gaps.behind(a, b, hidden)
            return [*found, *more, *self._layer(a, b)], note
        wired = [self.counterpart.get(name, "") for name in leaves[0]]
        order = sorted if a.kind in ("add", "mul") and b.kind == a.kind else list
        if order(wired) != order(leaves[1]):
            return [*found, self._rewired(a, b, leaves, wired), *self._layer(a, b)], ""
        more, note = self._functions(a, b, leaves[0])
        return [*found, *more], note

    def _images(self, leaves: tuple[list[str], list[str]]) -> bool:
        """Whether both begin with the model's inputs, and these are not the same."""
        inputs = [model.trace.inputs for model in self.models]
        if not all(names and names[0] in own for names, own in zip(leaves, inputs)):
            return False
        gap = differ(self.models[0].value(leaves[0][0]), self.models[1].value(leaves[1][0]))
        return gap is None or gap.relative > WRITTEN_OUT

    def _before_both(self, a: Op, b: Op) -> tuple[list[Op], list[Op]]:
        return self.paths.before(0, a), self.paths.before(1, b)

    def _same_inputs(self, a: Op, b: Op) -> bool:
        gap = self._inputs_differ(a, b)
        return gap is not None and gap.relative < WRITTEN_OUT

    def _dtypes(self, a: Op, b: Op, leaves: tuple[list[str], list[str]]) -> Iterator[Finding]:
        """Where one model goes on in another dtype."""
        before = [self.models[side].trace.array(names[0]).dtype for side, names in enumerate(leaves) if names]
        one, other = (model.trace.array(op.output).dtype for model, op in zip(self.models, (a, b)))
        if one != other and len(set(before)) == 1:
            yield Finding(SETTINGS, f"dtype {one} / {other}", {"dtype": (str(one), str(other))})

    def _rewired(self, a: Op, b: Op, leaves: tuple[list[str], list[str]], wired: list[str]) -> Finding:
        """Where B takes its input from another layer than A, or has other layers between."""
        between = self._missing(self.paths.before(0, a), self.paths.before(1, b))
        if between.lacking or between.extra:
            return between
        told = []
        for side, names in enumerate(leaves):
            told.append(", ".join(self.names[side].get(name, name) for name in names) or "nothing")
        meant = ", ".join(self.names[1].get(name, "no layer of B") for name in wired)
        text = f"it takes its input from {told[1]}; A takes it from {told[0]} (in B: {meant})"
        return Finding(SETTINGS, text, {"input": (told[0], told[1])})

    def _functions(self, a: Op, b: Op, leaves: list[str]) -> tuple[list[Finding], str]:
        """What differs between both layers, with those before them that have no partner, on A's tensors."""
        one, other = self.models
        own, theirs = one.weights(a), other.weights(b)
        unequal = held.differing(own, theirs)
        settings = self._settings(a, b)
        before = self.paths.before(0, a), self.paths.before(1, b)
        if not (unequal or settings or any(before) or a.kind != b.kind):
            return [], ""
        found = [self._weights(name, a, b, own, theirs) for name in unequal]
        given = {name: one.value(name, a if name in a.inputs else None) for name in leaves}
        there = {
            self.counterpart[name]: self.paths.fitting(1, self.counterpart[name], array)
            for name, array in given.items()
        }
        try:
            right = self.paths.run(0, a, given)
            inputs = [self.paths.tensor(0, name, given) for name in a.inputs]
        except REFUSED as error:
            return [*found, *self._declared(settings)], f"what A does here has no truth: {error}"
        near = max(
            WRITTEN_OUT, tolerance(*(model.trace.array(op.output).dtype for model, op in zip(self.models, (a, b))))
        )
        near = WRITTEN_OUT if near < 1e-4 else near
        whole = self.paths.attempt(1, b, there, weights=own if a.kind == b.kind else None)
        if (any(before) or a.kind != b.kind) and alike(right, whole, near):
            always = {key: values for key, values in settings.items() if key in ALWAYS and not close(*values)}
            return [*found, *self._declared(always)], ""
        # What is before B's layer, with A's own layer behind it: is it what comes before A's?
        if any(before) and not alike(right, self.paths.attempt(1, b, there, a.kind, a.attrs, own), near):
            found.append(self._missing(*before))
        if a.kind != b.kind:
            found.append(Finding(SETTINGS, f"kind {a.kind} / {b.kind}", {"kind": (a.kind, b.kind)}))
        if a.kind == b.kind and settings:
            found += self._effective(a, settings, right, inputs, own, b)
        return found, ""

    def _settings(self, a: Op, b: Op) -> dict[str, tuple[Any, Any]]:
        """Settings that are not the same, padding in numbers."""
        if a.kind != b.kind:
            return {}
        mine, theirs = dict(a.attrs), dict(b.attrs)
        if mine.get("padding") != theirs.get("padding") or isinstance(mine.get("padding"), str):
            try:
                if "padding" in mine:
                    mine["padding"], theirs["padding"] = self.models[0].pads(a), self.models[1].pads(b)
            except (KeyError, ValueError):
                pass  # as they are declared
        keys = dict.fromkeys([*mine, *theirs])
        return {key: (mine.get(key), theirs.get(key)) for key in keys if mine.get(key) != theirs.get(key)}

    def _effective(self, a: Op, settings, right, inputs, own, b: Op) -> list[Finding]:
        """The settings that change the result on A's input, and those that change the function on any."""
        changed = {}
        for key, values in settings.items():
            attrs = {**a.attrs, key: values[1]}
            if key == "momentum" and None not in values and abs(values[0] - values[1]) < EQUAL:
                continue
            try:
                same = alike(right, computed(a.kind, attrs, inputs, own))
            except REFUSED:
                same = False
            if not same or (key in ALWAYS and not close(*values)):
                changed[key] = values
        if not changed:
            try:
                together = computed(
                    a.kind, {**a.attrs, **{key: pair[1] for key, pair in settings.items()}}, inputs, own
                )
            except REFUSED:
                together = None
            changed = {} if alike(right, together) else dict(settings)
        return self._declared(changed)

    def _declared(self, settings: Mapping[str, tuple[Any, Any]]) -> list[Finding]:
        if not settings:
            return []
        told = "; ".join(f"{key} {_shown(one)} / {_shown(other)}" for key, (one, other) in settings.items())
        if list(settings) == ["momentum"] and not self.models[0].trace.training:
            told += " (shows in training alone)"
        return [Finding(SETTINGS, told, settings)]

    def _layer(self, a: Op, b: Op) -> list[Finding]:
        """Settings and weights of two layers whose inputs cannot be traced back: on A's own input."""
        own, theirs = self.models[0].weights(a), self.models[1].weights(b)
        found = [self._weights(name, a, b, own, theirs) for name in held.differing(own, theirs)]
        inputs = [self.models[0].value(name, a) for name in a.inputs]
        if a.kind != b.kind:
            return [*found, Finding(SETTINGS, f"kind {a.kind} / {b.kind}", {"kind": (a.kind, b.kind)})]
        settings = self._settings(a, b)
        try:
            return [*found, *(self._effective(a, settings, computed(a.kind, a.attrs, inputs, own), inputs, own, b))]
        except REFUSED:
            return [*found, *self._declared(settings)]

    def _weights(self, name: str, a: Op, b: Op, own, theirs) -> Finding:
        one, other = self.models
        raw = one.raw_weights(a), other.raw_weights(b)
        elsewhere = {
            f"{key} of {op.key}": array
            for op in one.ops
            if op.place != a.place and op.layer.name != a.layer.name
            for key, array in self._same_size(one, op, theirs.get(name))
        }
        return Finding(WEIGHTS, held.words(a.kind, name, own, theirs, raw, elsewhere), {"weight": (name, name)})

    @staticmethod
    def _same_size(model: Model, op: Op, wanted: np.ndarray | None) -> Iterator[tuple[str, np.ndarray]]:
        for key, name in op.layer.weights.items():
            if wanted is not None and int(np.prod(model.trace.shapes[name])) == wanted.size:
                yield key, model.weights(op)[key]

    def _missing(self, mine: list[Op], theirs: list[Op]) -> Finding:
        """Layers that stand before one of the two alone."""
        mine, theirs = ([op for op in ops if op.kind != "identity"] for ops in (mine, theirs))
        described = [[(op.kind, _plain(op.attrs)) for op in ops] for ops in (mine, theirs)]
        lacking = [op for op, what in zip(mine, described[0]) if what not in described[1]]
        extra = [op for op, what in zip(theirs, described[1]) if what not in described[0]]
        told = [f"A has {called(op)} before it, B has not" for op in lacking]
        told += [f"B has {called(op)} before it, A has not" for op in extra]
        text = "; ".join(told) or "the layers before it stand in another order"
        names = tuple(called(op) for op in lacking), tuple(called(op) for op in extra)
        return Finding(SETTINGS, text, {"layers": names}, *names)

    def _inputs_differ(self, a: Op, b: Op) -> Difference | None:
        """The largest difference of the inputs of both; None where they cannot be laid side by side."""
        found = []
        for one, other in zip(a.inputs, b.inputs):
            found.append(differ(self.models[0].value(one, a), self.models[1].value(other, b)))
        if len(a.inputs) != len(b.inputs) or not found or any(one is None for one in found):
            return None
        return max((one for one in found if one is not None), key=lambda one: one.relative)


def _shown(value: Any) -> str:
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attrs.items() if key != "shape"}
