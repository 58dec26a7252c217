"""How often the verdict is wrong: correct runs that it refuses, and faulty ones that it passes.

The built-in geometries of every operator, with gradients, on data of other seeds, are given to every framework on one
thread and on two, and held to smaller instruction sets: other kernels, other orders of summation. None may be refused.
Beside each, the NumPy backend computes the case with operands of 11 significant bits, as TF32 does:
each must be refused. The short form tries a few; a long one, whose counts are printed:

    python -m pytest tests/conformance/test_false_alarms.py --correct-runs 2000 -s
"""

import collections
import dataclasses
import itertools

import numpy as np

from harness.judging import oracle
from harness.judging.floats import cut
from harness.judging.ledger import Ledger
from harness.judging.verdict import judge
from harness.running.result import judged
from harness.workers import environments
from harness.workers.backends import select
from harness.workers.gateway import THREADS
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from spec import operators
from spec.core import Case

# Each framework's own switches: oneDNN (three names), ATen, XLA, OpenBLAS.
LIMITS = {
    "": (),
    "avx512": ("AVX512_CORE", "avx512", "AVX512", ""),
    "avx2": ("AVX2", "avx2", "AVX2", "Haswell"),
    "sse": ("SSE41", "default", "SSE4_2", "Nehalem"),
}
TF32 = 11  # significant bits
SHORT = 100  # correct runs, for which two kinds of worker are started in place of eight


def environment(limit: str, threads: int) -> dict[str, str]:
    """What holds a worker to an instruction set and to a number of threads."""
    found = dict.fromkeys(THREADS, str(threads))
    if limit:
        onednn, aten, xla, openblas = LIMITS[limit]
        found |= dict.fromkeys(("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "MKLDNN_MAX_CPU_ISA"), onednn)
        found |= {"ATEN_CPU_CAPABILITY": aten, "XLA_FLAGS": f"--xla_cpu_max_isa={xla}"}
        found |= {"OPENBLAS_CORETYPE": openblas} if openblas else {}
    return found


def geometries() -> list[Case]:
    """Cases of every operator and dtype with real data, one operator after the other in turn."""
    found = [
        [case for case in operator.cases() if case.expect == "value" and case.tier == "reals" and _plain(case)]
        for operator in operators().values()
    ]
    spread = [sorted(cases, key=lambda case: hash_of(case.id)) for cases in found]
    return [case for turn in itertools.zip_longest(*spread) for case in turn if case is not None]


def _plain(case: Case) -> bool:
    """Whether all its data are numbers."""
    return all(np.isfinite(array.astype(np.float64)).all() for array in case.inputs.values())


def hash_of(text: str) -> int:
    """The same number in every process."""
    return int.from_bytes(text.encode(), "little") % 1_000_003


def reseeded(case: Case, seed: int) -> Case:
    """The case with normal data of the same size."""
    random = np.random.default_rng([seed, hash_of(case.id)])
    inputs = dict(case.inputs)
    for name, array in inputs.items():
        if array.dtype.kind in "iu":
            inputs[name] = random.permutation(array)
            continue
        size = np.sqrt(np.mean(np.square(array.astype(np.float64)))) if array.size else 0.0
        inputs[name] = (random.standard_normal(array.shape) * size).astype(array.dtype)
    return dataclasses.replace(case, id=f"{case.id}/seed-{seed}", inputs=inputs, expected={})


def coarse(case: Case) -> Case:
    """The case with operands of TF32."""
    inputs = {name: cut(array, TF32) if array.dtype == np.float32 else array for name, array in case.inputs.items()}
    return dataclasses.replace(case, inputs=inputs)


def test_no_correct_run_is_refused_and_every_coarse_one_is(ready, request):
    wanted, timeout = request.config.getoption("--correct-runs"), request.config.getoption("--timeout")
    places = list(itertools.product(LIMITS, (1, 2))) if wanted > SHORT else [("", 2), ("sse", 1)]
    count = -(-wanted // (len(places) * len(ready)))
    cases, runs, refused, known = geometries(), collections.Counter(), [], 0
    missed, planted = [], 0
    assert count <= len(cases), f"--correct-runs is at most {len(cases) * len(places) * len(ready)}"
    (numpy,) = environments.resolve(select(("numpy",)), lambda *_: None)  # also where it was not chosen
    faulty = Supervisor(numpy, timeout)
    for seed, (limit, threads) in enumerate(places):
        workers = [
            Supervisor(dataclasses.replace(one, environment=environment(limit, threads)), timeout) for one in ready
        ]
        ledgers = [Ledger.of(worker.backend, worker.open().description) for worker in workers]
        for case in (reseeded(one, seed) for one in cases[:count]):
            truth = oracle.truth(case)
            for worker, ledger in zip(workers, ledgers):
                name = worker.backend.name
                result = judged(case, name, worker.answer(case, truth.cotangent), truth, ledger)
                if result.reply["outcome"] != "computed" or "gradient_error" in result.reply:
                    continue  # the framework itself refuses: a dtype on this processor
                runs[name] += 1
                known += result.status == "known"
                if result.status not in ("pass", "known"):
                    refused.append(f"{name} {limit or 'as it is'}, threads {threads}: {case.id}: {result.message}")
            if case.dtype == np.float32:
                reply = faulty.answer(coarse(case), truth.cotangent)
                arrays = unpack_all(reply.get("outputs", {})), unpack_all(reply.get("gradients", {}))
                planted += 1
                if judge(case, truth, reply, *arrays).passed:
                    missed.append(case.id)
        for worker in workers:
            worker.close()
    faulty.close()
    print(f"\n{runs.total()} runs ({dict(runs)}), {known} of them differ in known ways: {len(refused)} refused")
    print(f"{planted} runs with operands of {TF32} bits: {len(missed)} missed")
    assert runs.total() > 0
    assert not refused, "\n".join(refused)
    assert not missed, "\n".join(missed)
