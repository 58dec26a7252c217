"""What a framework says of the processor is put into the words that all share; what it does not say is "unknown"."""

import os
import sys

import pytest

from backends import processor
from backends.processor import LLVM, ONEDNN, OPENBLAS, UNKNOWN, asked, described, limited, named

# What oneDNN 2.4 to 3.12 calls its levels (src/cpu/platform.cpp and src/cpu/x64/cpu_isa_traits.cpp).
ONEDNN_SAYS = {
    "Intel SSE4.1": "sse41",
    "Intel AVX": "avx",
    "Intel AVX2": "avx2",
    "Intel AVX2 with Intel DL Boost": "avx2_vnni",
    "Intel AVX2 with Intel DL Boost, float16 and bfloat16 support": "avx2_bf16",
    "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions": "avx512",
    "Intel AVX-512 with Intel DL Boost": "avx512_vnni",
    "Intel AVX-512 with Intel DL Boost and bfloat16 support": "avx512_bf16",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support ": "avx512_fp16",
    "Intel AVX-512 with float16, Intel DL Boost and bfloat16 support and Intel AMX with bfloat16 and 8-bit integer "
    "support": "amx",
    "AArch64": "neon",
    "AArch64 SVE (256 bits)": "sve",
    "Generic": UNKNOWN,
}


@pytest.mark.parametrize(("says", "level"), ONEDNN_SAYS.items())
def test_the_words_of_onednn_have_a_level(says, level):
    assert named(ONEDNN, says) == level
    assert processor.heard(f"onednn_verbose,v1,info,cpu,isa:{says}\nmore") == (level, says.strip())


def test_onednn_that_says_nothing_is_off():
    assert processor.heard("") == ("off", "off")


def test_the_features_of_a_program_have_a_level():
    assert named(LLVM, "+avx,+avx2,+avx512f,+avx512bf16,-amx-tile,") == "avx512_bf16"
    assert named(LLVM, "+avx,+fma,-avx2,-avx512f,") == "avx"
    assert named(LLVM, "+sse4.1,+sse4.2,-avx,") == "sse41"


def test_the_cores_of_openblas_have_a_level():
    assert named(OPENBLAS, "SkylakeX", together=False) == "avx512"
    assert named(OPENBLAS, "Zen", together=False) == "avx2"
    assert named(OPENBLAS, "NEOVERSEN1", together=False) == "neon"
    assert named(OPENBLAS, "of another name", together=False) == UNKNOWN


@pytest.mark.parametrize("words", [ONEDNN, LLVM, OPENBLAS, processor.NUMPY])
def test_the_words_go_from_the_largest_level_down(words):
    for order in processor.LEVELS.values():
        levels = [level for level in words if level in order]
        assert levels or order != processor.LEVELS["x86_64"]
        assert levels == sorted(levels, key=order.index, reverse=True)


@pytest.mark.parametrize("machine", ["x86_64", "AMD64"])
def test_the_level_of_the_whole_is_the_highest(monkeypatch, machine):
    monkeypatch.setattr("platform.machine", lambda: machine)
    found = described(BLAS=("avx2", "OpenBLAS Zen"), oneDNN=("avx512", "Intel AVX-512"), MKL=(UNKNOWN, "MKL"))
    assert (found["architecture"], found["level"]) == ("x86_64", "avx512")
    assert found["parts"]["BLAS"] == {"level": "avx2", "word": "OpenBLAS Zen"}


@pytest.mark.parametrize(("machine", "family"), [("aarch64", "arm64"), ("riscv64", "riscv64"), ("", UNKNOWN)])
def test_another_architecture_is_no_error(monkeypatch, machine, family):
    monkeypatch.setattr("platform.machine", lambda: machine)
    found = described(oneDNN=("off", "off"), XLA=processor.NOBODY)
    assert (found["architecture"], found["level"]) == (family, UNKNOWN)
    assert limited(UNKNOWN, "--xla_cpu_max_isa=AVX2") == (UNKNOWN, UNKNOWN)


def test_a_question_that_fails_is_answered_by_unknown(tmp_path):
    assert asked(lambda: 1 / 0) == (UNKNOWN, UNKNOWN)
    (tmp_path / "libopenblas.so").write_text("no library")
    assert asked(lambda: processor.openblas(tmp_path)) == (UNKNOWN, UNKNOWN)
    assert processor.openblas(tmp_path / "none") == (UNKNOWN, UNKNOWN)


def test_the_flag_of_xla_holds_the_level_down(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert limited("avx512", "") == ("avx512", "avx512")
    assert limited("avx512", "--xla_cpu_max_isa=SSE4_2 --xla_cpu_max_isa=AVX2") == ("avx2", "xla_cpu_max_isa=AVX2")
    assert limited("avx2", "--xla_cpu_max_isa=AVX512")[0] == "avx2"


def test_what_a_call_prints_is_overheard_and_nothing_after_it(capfd):
    assert processor.overheard(lambda: os.write(1, b"said")) == "said"
    print("after", flush=True)
    assert capfd.readouterr().out == "after\n"


def test_onednn_is_asked_to_speak_for_this_call_alone(monkeypatch):
    monkeypatch.setenv("ONEDNN_VERBOSE", "0")
    monkeypatch.delenv("DNNL_VERBOSE", raising=False)
    seen = []

    def use():
        seen.append((os.environ["ONEDNN_VERBOSE"], os.environ["DNNL_VERBOSE"]))
        os.write(1, b"dnnl_verbose,info,cpu,isa:Intel AVX2\n")

    assert processor.onednn(use, "1") == ("avx2", "Intel AVX2")
    assert seen == [("1", "1")]
    assert os.environ["ONEDNN_VERBOSE"] == "0"
    assert "DNNL_VERBOSE" not in os.environ


@pytest.mark.skipif(sys.platform != "linux", reason="the libraries of NumPy are in a folder of another name")
def test_numpy_is_asked_here():
    import numpy as np

    level, word = processor.numpy_blas(np)
    assert word.startswith("OpenBLAS ")
    assert processor.numpy_loops(np)[0] != UNKNOWN or level == UNKNOWN


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("processor : 0\nflags\t\t: fpu sse4_1 avx avx2 avx512f avx512_bf16 amx_tile\n", "amx"),
        ("flags : fpu sse4_1 avx avx2 avx_vnni\n", "avx2_vnni"),
        ("flags : fpu sse4_1\n", "sse41"),
        ("Features : fp asimd sve\n", "sve"),
        ("Features : fp asimd\n", "neon"),
        ("nothing is said\n", UNKNOWN),
    ],
)
def test_the_processor_itself_is_read_from_what_the_system_says(monkeypatch, text, level):
    monkeypatch.setattr("pathlib.Path.read_text", lambda path: text)
    assert processor.machine() == level


@pytest.mark.parametrize(("machine", "level"), [("arm64", "neon"), ("x86_64", UNKNOWN)])
def test_a_system_that_says_nothing_is_no_error(monkeypatch, machine, level):
    def absent(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr("pathlib.Path.read_text", absent)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert processor.machine() == level
