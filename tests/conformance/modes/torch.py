"""What PyTorch does in the mode of this process."""

import contextlib

import torch

from backends.torch.adapter import Adapter
from backends.torch.runtime import MODE
from tests.conformance.modes.calling import call, tell

flatten, last = Adapter.flatten, []


def spy(self, x, *, layout):
    last.append(x.is_contiguous(memory_format=torch.channels_last))
    return flatten(self, x, layout=layout)


adapter = Adapter()
if MODE != "compile":  # which would compile the spy away
    Adapter.flatten = spy
SHAPES = [(2, 3, 4, size) for size in range(2, 12)]  # more than torch compiles of a function if nothing is said
with contextlib.suppress(Exception):  # what raises once is compiled the next time all the same
    call(adapter, (2,))
for shape in SHAPES:
    call(adapter, shape)
compiled = torch._dynamo.utils.counters["stats"]["unique_graphs"] if MODE == "compile" else 0
tell(channels_last=any(last), compiled=compiled == len(SHAPES), threads=torch.get_num_threads())
