"""What a recorder could not see, or a kind that is not known: is it what the other model was seen to do there?"""

from collections.abc import Mapping

import numpy as np

from harness.compare.closeness import alike, differ, tolerance
from harness.compare.finding import SETTINGS, Finding
from harness.compare.model import Form, Model, Op
from harness.compare.paths import REFUSED, Paths
from harness.diagnosis.pair import looks_like


def called(op: Op) -> str:
    form = op.attrs.get("form") or op.kind or op.layer.cls
    return f"{form} ({op.key})"


class Gaps:
    """Tries what one model was seen to do on the other's tensors. `counterpart`: tensors of A -> those of B."""

    def __init__(self, models: tuple[Model, Model], paths: Paths, counterpart: Mapping[str, str]) -> None:
        self.models, self.paths, self.counterpart = models, paths, counterpart

    def behind(self, a: Op, b: Op, hidden: list[list[str]]) -> tuple[list[Finding], str]:
        """Whether what one model did unseen is what the other was seen to do.

        A's operations are applied to B's tensors (or B's to A's); what comes of them must be B's (A's) input.
        """
        seen = 0 if not hidden[0] else 1 if not hidden[1] else None
        inputs = [[model.value(name, op) for name in op.inputs] for model, op in zip(self.models, (a, b))]
        if seen is None:
            far = [differ(*two) for two in zip(*inputs)]
            if all(one is not None and one.relative < tolerance(inputs[1][0].dtype) for one in far):
                return [], ""
            return [], "what both models do before it was not seen, and its inputs differ"
        there = self.counterpart if seen == 0 else {value: key for key, value in self.counterpart.items()}
        op, whose, unseen = (a, "A", "B") if seen == 0 else (b, "B", "A")
        given = {}
        for name in self.paths.leaves(seen, op):
            if name not in there:
                return [], f"what {unseen} does before it was not seen"
            given[name] = self.paths.fitting(seen, name, self.models[1 - seen].value(there[name]))
        try:
            wanted = [self.paths.tensor(seen, name, given) for name in op.inputs]
        except REFUSED as error:
            return [], f"what {unseen} does before it was not seen: {error}"
        self._learn_flattens(1 - seen, (a, b)[1 - seen], hidden[1 - seen], list(there.values()), wanted)
        inputs[1 - seen] = [self.models[1 - seen].value(name, (a, b)[1 - seen]) for name in (a, b)[1 - seen].inputs]
        if all(alike(want, have, tolerance(have.dtype)) for want, have in zip(wanted, inputs[1 - seen])):
            return [], ""
        makers = [self.models[1 - seen].producer.get(name) for name in hidden[1 - seen]]
        does = ", ".join(called(one) for one in makers if one) or "something that was not seen"
        chain = ", ".join(called(one) for one in self.paths.before(seen, op)) or "nothing"
        look = next(
            (
                found
                for want, have in zip(wanted, inputs[1 - seen])
                if (found := looks_like(want.astype(have.dtype), have))
            ),
            "",
        )
        told = f"{unseen} does {does} before it, and it is not what {whose} does: {chain}"
        return [Finding(SETTINGS, told + (f" ({look})" if look else ""), {"layers": (chain, "not seen")})], ""

    def _learn_flattens(self, side: int, op: Op, hidden: list[str], images: list[str], wanted) -> None:
        """Learn the order of a flatten that was not seen: that of the axes of the image whose numbers it holds."""
        model = self.models[side]
        for name, want in zip(op.inputs, wanted):
            if name not in hidden or len(model.trace.shapes[name]) != 2:
                continue
            for image in images:
                shape, letters = model.trace.shapes.get(image, ()), model.form(image).letters
                if len(shape) != 4 or int(np.prod(shape[1:])) != model.trace.shapes[name][1]:
                    continue
                sizes = tuple((letter, size) for letter, size in zip(letters, shape) if letter != "N")
                found = Form(flat=sizes).canonical(model.trace.array(name))
                if alike(want, found, tolerance(found.dtype)):
                    model.forms[name] = Form(flat=sizes)
