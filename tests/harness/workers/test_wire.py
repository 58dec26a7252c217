"""Arrays arrive as they were sent, and nothing is ever unpickled."""

import base64
import json
import pickle

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from harness.workers.wire import pack, pack_all, unpack, unpack_all

DTYPES = ("float16", "float32", ">f4", "float64", "int8", "uint8", "int32", "int64", "bool", ml_dtypes.bfloat16)


def round_trip(array: np.ndarray) -> np.ndarray:
    return unpack(json.loads(json.dumps(pack(array))))


def assert_same(found: np.ndarray, array: np.ndarray) -> None:
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 4), (3,), (), (0,), (2, 0, 3)], ids=str)
def test_every_dtype_and_shape_survives(dtype, shape):
    array = np.random.default_rng(1).integers(0, 2, shape).astype(dtype)
    assert_same(round_trip(array), array)


@st.composite
def any_array(draw):
    """An array of any dtype that may cross, any bits, any shape, and any order in memory: axes swapped and cut."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    bits = dtype if dtype.kind == "b" else np.dtype(f"u{dtype.itemsize}")
    shape = draw(arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4))
    array = draw(arrays.arrays(bits, shape)).view(dtype)
    array = array.transpose(draw(st.permutations(range(array.ndim))))
    step = st.sampled_from([1, 2, -1, -2])
    return array[tuple(slice(None, None, draw(step)) for _ in range(array.ndim))]


@given(any_array())
def test_every_array_survives(array):
    assert_same(round_trip(array), array)


@given(any_array())
def test_an_array_arrives_as_one_that_may_be_changed_and_is_nobody_elses(array):
    packed = pack(array)
    first, second = unpack(packed), unpack(packed)
    assert first.flags.writeable
    assert first.flags.c_contiguous
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("dtype", ["float32", ml_dtypes.bfloat16], ids=str)
@pytest.mark.parametrize(
    "cut",
    [
        lambda a: a.T,
        lambda a: a[::2, 1:],
        lambda a: a[::-1],
        np.asfortranarray,
        lambda a: np.broadcast_to(a[:1], (4, 6)),
    ],
    ids=["transposed", "strided", "reversed", "fortran", "broadcast"],
)
def test_every_memory_order_survives(dtype, cut):
    array = cut(np.arange(24).reshape(4, 6).astype(dtype))
    assert_same(round_trip(array), array)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ml_dtypes.bfloat16], ids=str)
def test_special_values_keep_their_bits(dtype):
    array = np.array([np.nan, np.inf, -np.inf, -0.0, ml_dtypes.finfo(dtype).smallest_subnormal], dtype)
    assert_same(round_trip(array), array)


def test_names_stay_with_their_arrays():
    arrays = {"x": np.arange(3.0), "w": np.zeros((2, 2), "int32")}
    found = unpack_all(pack_all(arrays))
    assert list(found) == ["x", "w"]
    for name, array in arrays.items():
        assert_same(found[name], array)


def test_objects_are_not_packed():
    with pytest.raises(ValueError, match="pickle"):
        pack(np.array([{}, print], dtype=object))


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_bytes_are_never_taken_for_objects():
    with pytest.raises(ValueError, match="OBJECT"):
        unpack({"dtype": "|O", "shape": [1], "base64": text(pickle.dumps(print)[:8])})


@pytest.mark.parametrize("content", [b"", b"no array", np.arange(9).tobytes()[:-1]], ids=["empty", "text", "cut"])
def test_damaged_bytes_are_an_error(content):
    with pytest.raises(ValueError, match=r"size|reshape"):
        unpack({"dtype": "<i8", "shape": [9], "base64": text(content)})


def test_an_array_that_arrives_can_be_written_into():
    array = round_trip(np.arange(3))
    array[0] = 5
    assert array.tolist() == [5, 1, 2]
