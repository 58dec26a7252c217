"""A backend held to a smaller instruction set: its name, its switches, and what cannot be held."""

import pytest

from backends import processor
from harness.workers import held
from harness.workers.backends import select
from spec.errors import UserError


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A function that makes this an x86-64 machine of another level; to begin with, a large one."""

    def become(level: str, architecture: str = "x86_64") -> None:
        monkeypatch.setattr(processor, "machine", lambda: level)
        monkeypatch.setattr(processor, "architecture", lambda: architecture)

    monkeypatch.delenv("XLA_FLAGS", raising=False)
    become("avx512_bf16")
    return become


@pytest.mark.parametrize(
    ("text", "version", "variant"),
    [
        ("torch:avx2", "", ""),
        ("tensorflow:xla:avx2", "", "xla"),
        ("jax@0.4.38:avx2", "0.4.38", ""),
        ("jax@0.4.38:eager:avx2", "0.4.38", "eager"),
    ],
)
def test_a_processor_is_the_last_part_of_a_name(text, version, variant):
    (found,) = select((text,))
    assert (found.name, found.version, found.variant, found.processor) == (text, version, variant, "avx2")
    assert found.environment["ONEDNN_MAX_CPU_ISA"] == found.environment["DNNL_MAX_CPU_ISA"] == "AVX2"
    assert found.environment["ATEN_CPU_CAPABILITY"] == "avx2"
    assert found.environment["XLA_FLAGS"] == "--xla_cpu_max_isa=AVX2"
    assert found.environment["OPENBLAS_CORETYPE"] == "Haswell"
    assert "AVX512F" in found.environment["NPY_DISABLE_CPU_FEATURES"].split()
    if variant:
        assert found.environment["CONVPARITY_MODE"] == variant


def test_one_option_holds_all_that_are_not_held_already():
    assert [one.name for one in select(("torch", "jax:sse"), "avx2")] == ["torch:avx2", "jax:sse"]
    assert {one.processor for one in select((), "sse")} == {"sse"}
    assert {one.processor for one in select(())} == {""}


def test_flags_of_the_user_are_kept(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=/tmp/x")
    assert held.environment("sse")["XLA_FLAGS"] == "--xla_dump_to=/tmp/x --xla_cpu_max_isa=SSE4_2"


def test_every_level_is_one_that_backends_report():
    assert set(held.LEVELS) == set(held.VALUES) == set(held.XLA)
    assert set(held.LEVELS.values()) <= set(processor.LEVELS["x86_64"])


@pytest.mark.parametrize(
    ("level", "available"),
    [
        ("amx", ["avx512", "avx2", "sse"]),
        ("avx512", ["avx512", "avx2", "sse"]),
        ("avx2_vnni", ["avx2", "sse"]),
        ("sse41", ["sse"]),
        ("unknown", ["avx512", "avx2", "sse"]),
    ],
)
def test_a_machine_can_be_held_to_what_it_has(machine, level, available):
    machine(level)
    assert held.available() == available


def test_what_cannot_be_held_is_refused_in_one_line(machine):
    with pytest.raises(UserError, match="unknown processor 'avx9'; choose from: avx512, avx2, sse"):
        select((), "avx9")
    with pytest.raises(UserError, match=r"unknown variant 'torch:avx9'; torch has: .*avx512, torch:avx2, torch:sse"):
        select(("torch:avx9",))
    with pytest.raises(UserError, match="two backends are named 'torch:avx2'"):
        select(("torch", "torch:avx2"), "avx2")
    machine("avx2")
    with pytest.raises(UserError, match="held to avx512 here: this processor is x86_64 avx2"):
        select(("torch:avx512",))
    machine("neon", "arm64")
    with pytest.raises(UserError, match="held to avx2 here: this processor is arm64 neon"):
        select(("torch:avx2",))
