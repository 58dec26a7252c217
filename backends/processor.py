"""Which instructions a framework computes with: the words for it, how it is found out, and conditions on it.

A framework chooses kernels by the instruction set of the processor, and with it results change, and what is refused.
Every part of it (oneDNN, XLA, the BLAS) chooses for itself, and can be held to less by a switch of its own. So each
part is asked, in the framework's process; what does not answer is "unknown", which is no error.
"""

import contextlib
import ctypes
import os
import platform
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"

# Instruction sets in their order: a processor has all before its own. `bf16` is arithmetic in bfloat16.
LEVELS = {
    "x86_64": (
        "sse41",
        "avx",
        "avx2",
        "avx2_vnni",
        "avx2_bf16",
        "avx512",
        "avx512_vnni",
        "avx512_bf16",
        "avx512_fp16",
        "amx",
    ),
    "arm64": ("neon", "sve"),
}

# What the parts call them, from the largest: a level is named by the first text that holds all of its words.
ONEDNN = {
    "amx": ("AMX",),
    "avx512_fp16": ("AVX-512", " float16"),
    "avx512_bf16": ("AVX-512", "bfloat16"),
    "avx512_vnni": ("AVX-512", "DL Boost"),
    "avx512": ("AVX-512",),
    "avx2_bf16": ("AVX2", "bfloat16"),
    "avx2_vnni": ("AVX2", "DL Boost"),
    "avx2": ("AVX2",),
    "avx": ("AVX",),
    "sse41": ("SSE4.1",),
    "sve": ("SVE",),
    "neon": ("AArch64",),
}
LLVM = {  # features of a target, as XLA has them
    "amx": ("+amx-tile",),
    "avx512_fp16": ("+avx512fp16",),
    "avx512_bf16": ("+avx512bf16",),
    "avx512_vnni": ("+avx512vnni",),
    "avx512": ("+avx512f",),
    "avx2_vnni": ("+avxvnni,",),
    "avx2": ("+avx2",),
    "avx": ("+avx,",),
    "sse41": ("+sse4.1",),
    "sve": ("+sve",),
    "neon": ("+neon",),
}
OPENBLAS = {  # names of cores for which OpenBLAS has kernels
    "amx": ("SapphireRapids",),
    "avx512_bf16": ("Cooperlake",),
    "avx512": ("SkylakeX",),
    "avx2": ("Haswell", "Zen", "Excavator"),
    "avx": ("Sandybridge", "Bulldozer", "Piledriver", "Steamroller"),
    "sse41": ("Nehalem", "Penryn", "Dunnington", "Core2", "Prescott", "Barcelona"),
    "sve": ("ARMV8SVE", "NEOVERSEV1", "NEOVERSEN2", "A64FX"),
    "neon": ("ARMV8", "NEOVERSEN1", "CORTEX", "VORTEX", "THUNDERX"),
}
XLA = {"AMX": "amx", "AVX512": "avx512", "AVX2": "avx2", "AVX": "avx", "SSE4_2": "sse41"}  # xla_cpu_max_isa
LINUX = {  # flags of /proc/cpuinfo, between spaces
    "amx": (" amx_tile ",),
    "avx512_fp16": (" avx512_fp16 ",),
    "avx512_bf16": (" avx512_bf16 ",),
    "avx512_vnni": (" avx512_vnni ",),
    "avx512": (" avx512f ",),
    "avx2_vnni": (" avx_vnni ",),
    "avx2": (" avx2 ",),
    "avx": (" avx ",),
    "sse41": (" sse4_1 ",),
    "sve": (" sve ",),
    "neon": (" asimd ",),
}
NUMPY = {  # what NumPy calls the sets for which it has loops; before 2.4, and since
    "avx512_fp16": ("AVX512_SPR",),
    "avx512": ("AVX512_SKX", "X86_V4"),
    "avx2": ("AVX2", "X86_V3"),
    "sse41": ("SSE41", "X86_V2"),
    "sve": ("SVE",),
    "neon": ("ASIMD", "NEON"),
}

Part = tuple[str, str]  # its level, and its own word for it
NOBODY: Part = (UNKNOWN, UNKNOWN)


def architecture() -> str:
    """The processor's family, in the words of `LEVELS` where it is one of them."""
    name = platform.machine().lower()
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(name, name or UNKNOWN)


def machine() -> str:
    """The level of the processor itself, whatever the frameworks are held to; "unknown" where no file tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "neon" if architecture() == "arm64" else UNKNOWN  # which every processor of that family has
    flags = next((line.partition(":")[2] for line in lines if line.startswith(("flags", "Features"))), "")
    return named(LINUX, f"{flags} ")


def described(**parts: Part) -> dict[str, Any]:
    """What `describe()` says under "processor"; the level of the whole is the highest of its parts'.

    `machine` is the processor's own: it is larger where the frameworks are held to less, or do not use all of it.
    """
    order = LEVELS.get(architecture(), ())
    ranked = sorted((level for level, _ in parts.values() if level in order), key=order.index)
    return {
        "architecture": architecture(),
        "machine": machine(),
        "level": ranked[-1] if ranked else UNKNOWN,
        "parts": {name: {"level": level, "word": word} for name, (level, word) in parts.items()},
    }


def named(words: Mapping[str, Iterable[str]], text: str, together: bool = True) -> str:
    """The level whose words are in the text: all of them, or any; "unknown" for none."""
    found = all if together else any
    return next((level for level, needed in words.items() if found(word in text for word in needed)), UNKNOWN)


def asked(question: Callable[[], Part]) -> Part:
    """The answer, or "unknown" where the part cannot be asked here: no library, another system, another version."""
    try:
        return question()
    except Exception:  # whatever stands between a question and its answer: to describe must never end a run
        return NOBODY


def onednn(use: Callable[[], object], setting: str = "profile_create,filter=rnn") -> Part:
    """oneDNN's own word, which it writes when it is first used; ("off", "off") where `use` does not use it.

    It reads once whether to write, so that this must be its first use. What it would write of every primitive goes on
    after that, therefore `setting` asks for as little as its version can: where an RNN is made. Version 2 knows 1.
    """
    names = ("ONEDNN_VERBOSE", "DNNL_VERBOSE")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, setting))
    try:
        text = overheard(use)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return heard(text)


def heard(text: str) -> Part:
    """What oneDNN wrote of itself; ("off", "off") where it wrote nothing."""
    found = re.search(r"cpu,isa:(.*)", text)
    return (named(ONEDNN, found[1]), found[1].strip()) if found else ("off", "off")


def limited(level: str, flags: str) -> Part:
    """What XLA makes of a processor's level under XLA_FLAGS."""
    found = re.findall(r"--xla_cpu_max_isa=(\w+)", flags)
    order = LEVELS.get(architecture(), ())
    largest = XLA.get(found[-1].upper(), UNKNOWN) if found else UNKNOWN
    if level not in order or largest not in order:
        return level, level
    return min(level, largest, key=order.index), f"xla_cpu_max_isa={found[-1]}"


def overheard(call: Callable[[], object]) -> str:
    """What a call writes to standard output, also from C."""
    with tempfile.TemporaryFile() as file:
        stdout = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            call()
            with contextlib.suppress(Exception):
                ctypes.CDLL(None).fflush(None)
        finally:
            os.dup2(stdout, 1)
            os.close(stdout)
        file.seek(0)
        return file.read().decode(errors="replace")


def openblas(*folders: Path) -> Part:
    """Which kernels an OpenBLAS in one of these folders has chosen."""
    files = [path for folder in folders for path in sorted(folder.glob("*openblas*"))]
    names = [f"{prefix}openblas_get_corename{suffix}" for prefix in ("scipy_", "") for suffix in ("64_", "")]
    for path in files:
        library = ctypes.CDLL(str(path))
        for function in (getattr(library, name) for name in names if hasattr(library, name)):
            function.restype = ctypes.c_char_p
            core = function().decode()
            return named(OPENBLAS, core, together=False), f"OpenBLAS {core}"
    return NOBODY


def numpy_loops(np: Any) -> Part:
    """The largest instruction set for which NumPy has loops, of those that the processor has and no one disabled."""
    core = getattr(np, "_core", None) or np.core
    umath = core._multiarray_umath
    used = [name for name in (*umath.__cpu_baseline__, *umath.__cpu_dispatch__) if umath.__cpu_features__.get(name)]
    return named(NUMPY, " ".join(used), together=False), used[-1] if used else UNKNOWN


def numpy_blas(np: Any) -> Part:
    """The kernels of the OpenBLAS that came with NumPy."""
    home = Path(np.__file__).parent
    return openblas(home.parent / "numpy.libs", home / ".dylibs")
