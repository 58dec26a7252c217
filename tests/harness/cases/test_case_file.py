"""Case files: what is right is read as it stands, and every mistake is one line that names the value."""

import json
import os
import pickle
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from harness.cases import case_file, case_file_arrays
from spec import memory
from spec.cases.sketches import dtype_of
from spec.errors import UserError

ONES = {"dtype": "float32", "shape": [1, 1, 2, 2], "data": [1, 2, 3, 4]}


def case(**changes) -> dict:
    """A conv2d case that is right, but for the changes."""
    return {"id": "mine/first", "op": "conv2d", "inputs": {"x": ONES, "w": ONES}} | changes


def load(folder: Path, *cases, **content) -> list:
    file = folder / "cases.json"
    file.write_text(json.dumps({"schema_version": 1, "cases": list(cases)} | content), encoding="utf-8")
    return case_file.load(file)


def message(folder: Path, *cases, **content) -> str:
    """The one line that the user reads; it begins with the name of the file."""
    with pytest.raises(UserError) as caught:
        load(folder, *cases, **content)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 500
    assert text.startswith(f"case file {folder / 'cases.json'}")
    return text


# ---- what is right -------------------------------------------------------------------------------


def test_a_case_is_read_as_it_stands(tmp_path):
    (one,) = load(
        tmp_path,
        {
            "id": "mine/first",
            "op": "conv2d",
            "why": "seen in a port",
            "attrs": {"stride": [2, 1], "padding": [[1, 1], [0, 2]], "layout": "NCHW"},
            "inputs": {"x": ONES, "w": ONES, "b": {"dtype": "float32", "shape": [1], "data": [0.5]}},
            "expected": {"y": {"dtype": "float64", "shape": [1], "data": [7]}},
            "rtol": 1e-5,
            "atol": 1e-6,
            "gradient": False,
        },
    )
    assert (one.id, one.op, one.why, one.rtol, one.atol) == ("mine/first", "conv2d", "seen in a port", 1e-5, 1e-6)
    assert (one.gradient, one.tier, one.expect) == (False, "reals", "value")
    assert one.attrs["stride"] == [2, 1]
    assert one.attrs["padding"] == [[1, 1], [0, 2]]
    assert list(one.inputs) == ["x", "w", "b"]
    assert one.inputs["x"].tolist() == [[[[1, 2], [3, 4]]]]
    assert one.inputs["x"].dtype == np.float32
    assert one.expected["y"].tolist() == [7]


def test_a_case_may_state_its_cotangent_and_gradients(tmp_path):
    image = {"dtype": "float32", "shape": [1, 3, 2, 1], "data": [1, 2, 3, 4, 5, 6]}
    cotangent = {"dtype": "float32", "shape": [1, 2, 2, 1], "data": [1, 0, 0, -1]}
    stated = {"cotangent": cotangent, "expected_gradients": {"x": image}}
    (one,) = load(
        tmp_path,
        case(
            inputs={"x": image, "w": {"dtype": "float32", "shape": [1, 1, 2, 1], "data": [1, 2]}},
            attrs={"layout": "NHWC"},
            **stated,
        ),
    )
    assert one.canonical_cotangent.shape == (1, 1, 2, 2)  # in NCHW
    assert one.canonical_cotangent.ravel().tolist() == [1, 0, 0, -1]
    assert one.expected_gradients["x"].shape == (1, 3, 2, 1)


def test_a_case_may_say_that_it_must_be_refused(tmp_path):
    assert load(tmp_path, case(expect="rejected"))[0].expect == "rejected"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expect": "refused"}, "expect is 'refused'; it must be 'value' or 'rejected'"),
        ({"expect": 1}, "expect is 1; it must be"),
        ({"cotangent": ONES}, "cotangent has shape [1, 1, 2, 2]; y has [1, 1, 1, 1]"),
        ({"cotangent": {**ONES, "shape": [4]}}, "cotangent has shape [4]; y has [1, 1, 1, 1]"),
        ({"cotangent": ONES, "gradient": False}, "states a cotangent and has no gradient"),
        ({"expected_gradients": {"x": ONES}}, "states gradients and no cotangent"),
        ({"expected_gradients": {"y": ONES}}, "conv2d has no gradient for 'y'; it has: x, w, b"),
        ({"expected_gradients": {"b": ONES}}, "conv2d has no gradient for 'b'"),
        ({"expected_gradients": 7}, "expected_gradients is 7; it must be an object"),
    ],
)
def test_what_a_case_states_of_gradients_must_fit(tmp_path, changes, words):
    assert words in message(tmp_path, case(**changes))


def test_what_is_left_out_takes_its_default(tmp_path):
    (one,) = load(tmp_path, case())
    assert one.attrs == {
        "stride": (1, 1),
        "padding": "valid",
        "dilation": (1, 1),
        "groups": 1,
        "layout": "NCHW",
        "kernel_layout": "OIHW",
    }
    assert (one.rtol, one.atol, one.gradient, one.why, dict(one.expected)) == (None, None, True, "", {})


def test_inputs_come_in_the_order_of_the_operator(tmp_path):
    (one,) = load(tmp_path, case(inputs={"w": ONES, "x": ONES}))
    assert list(one.inputs) == ["x", "w"]


@pytest.mark.parametrize("dtype", case_file_arrays.DTYPES)
def test_every_dtype_is_read(tmp_path, dtype):
    (one,) = load(tmp_path, case(inputs={name: ONES | {"dtype": dtype} for name in "xw"}))
    assert one.dtype == dtype_of(dtype)
    assert one.inputs["x"].ravel().astype("float64").tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_special_values_are_strings(tmp_path, dtype):
    special = ONES | {"dtype": dtype, "data": ["nan", "inf", "-inf", -0.0]}
    (one,) = load(tmp_path, case(inputs={"x": special, "w": special}))
    found = one.inputs["x"].astype("float64").ravel()
    assert np.isnan(found[0])
    assert found[1:3].tolist() == [np.inf, -np.inf]
    assert np.signbit(found[3])


def test_data_are_flat_in_c_order(tmp_path):
    data = {"dtype": "int64", "shape": [1, 2, 1, 3], "data": [1, 2, 3, 4, 5, 6]}
    (one,) = load(tmp_path, case(op="flatten", inputs={"x": data}))
    assert one.inputs["x"].tolist() == [[[[1, 2, 3]], [[4, 5, 6]]]]


def test_large_whole_numbers_keep_every_digit(tmp_path):
    data = {"dtype": "int64", "shape": [1, 1, 1, 2], "data": [2**62 + 1, -(2**63)]}
    (one,) = load(tmp_path, case(op="flatten", inputs={"x": data}))
    assert one.inputs["x"].ravel().tolist() == [2**62 + 1, -(2**63)]


def test_the_largest_number_may_be_written_as_it_is_printed(tmp_path):
    """3.4028235e38 lies a little above the largest float32, and is rounded to it."""
    (one,) = load(tmp_path, case(inputs={"x": ONES | {"data": [3.4028235e38, -3.4028235e38, 0, 1e-50]}, "w": ONES}))
    assert one.inputs["x"].ravel().tolist() == [float(np.finfo("f4").max), float(np.finfo("f4").min), 0, 0]


def test_a_whole_number_may_be_written_as_a_float(tmp_path):
    (one,) = load(tmp_path, case(op="flatten", inputs={"x": ONES | {"dtype": "int32", "data": [1.0, 2, -3.0, 0]}}))
    assert one.inputs["x"].ravel().tolist() == [1, 2, -3, 0]


def test_arrays_may_be_empty(tmp_path):
    (one,) = load(tmp_path, case(inputs={"x": {"dtype": "float32", "shape": [0, 1, 2, 2], "data": []}, "w": ONES}))
    assert one.inputs["x"].shape == (0, 1, 2, 2)


@pytest.mark.parametrize("dtype", ["<f4", ">f4", ">f8", ">i4", "<i8", "|u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_beside_the_case_file_is_read(tmp_path, dtype, order):
    array = np.asarray(np.arange(6).reshape(1, 1, 2, 3), dtype, order=order)
    np.save(tmp_path / "x.npy", array)
    (one,) = load(tmp_path, case(op="flatten", inputs={"x": {"file": "x.npy"}}))
    assert np.array_equal(one.inputs["x"], array)
    assert one.dtype.isnative


def test_a_file_may_lie_in_a_folder_below(tmp_path):
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "x.npy", np.ones((1, 1, 2, 3), "float32"))
    (one,) = load(tmp_path, case(op="flatten", inputs={"x": {"file": "data/x.npy"}}))
    assert one.inputs["x"].shape == (1, 1, 2, 3)


# ---- mistakes in the file ------------------------------------------------------------------------


def test_a_file_that_is_not_there_or_no_file(tmp_path):
    for path, words in ((tmp_path / "none.json", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(UserError, match=words):
            case_file.load(path)


@pytest.mark.parametrize("content", [b"", b"{", b"cases: []", b"\xff\xfe\xff", b"[" * 200_000])
def test_a_file_that_is_no_json(tmp_path, content):
    (tmp_path / "cases.json").write_bytes(content)
    with pytest.raises(UserError, match=r"cases\.json is not JSON"):
        case_file.load(tmp_path / "cases.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"schema_version": 2}, "schema_version is 2; this version reads 1"),
        ({"schema_version": "1"}, "schema_version is '1'; this version reads 1"),
        ({"schema_version": None}, "schema_version is None; this version reads 1"),
        ({"schema_version": True}, "schema_version is True; this version reads 1"),
        ({"schema_version": 1.0}, "schema_version is 1.0; this version reads 1"),
        ({"schema_version": [1] * 10**5}, "schema_version is [1, 1, 1, 1, 1, 1, ...]; this version reads 1"),
        ({"case": []}, "has an unknown key 'case'; known: schema_version, cases"),
        ({"cases": []}, "has no cases"),
        ({"cases": None}, "has no cases"),
        ({"cases": {"id": "x"}}, "has no cases"),
    ],
)
def test_a_file_of_another_form(tmp_path, content, words):
    assert words in message(tmp_path, **content)


def test_a_file_that_is_a_list(tmp_path):
    (tmp_path / "cases.json").write_text("[]")
    with pytest.raises(UserError, match="schema_version is None"):
        case_file.load(tmp_path / "cases.json")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"cases":', '"cases": [], "cases":', "cases"),
        ('"op":', '"op": "pad2d", "op":', "op"),
        ('"shape":', '"shape": [4], "shape":', "shape"),
    ],
)
def test_a_key_that_stands_twice(tmp_path, old, new, key):
    text = json.dumps({"schema_version": 1, "cases": [case()]})
    (tmp_path / "cases.json").write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match=rf"cases\.json: the key '{key}' stands twice in one object; keep one$"):
        case_file.load(tmp_path / "cases.json")


def test_a_pipe_is_not_read(tmp_path):
    """It would be waited for."""
    os.mkfifo(tmp_path / "cases.json")
    with pytest.raises(UserError, match="is no regular file; write the cases into one"):
        case_file.load(tmp_path / "cases.json")
    os.remove(tmp_path / "cases.json")
    os.mkfifo(tmp_path / "w.npy")
    assert "file 'w.npy' is no regular file" in file_message(tmp_path, "w.npy")


def test_a_file_that_would_take_minutes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(case_file, "LARGEST_FILE", 10**6)
    (tmp_path / "cases.json").write_bytes(b" " * 1_500_000)
    with pytest.raises(UserError, match=r"cases\.json has 2 MB; keep to 1 MB, with arrays in \.npy files"):
        case_file.load(tmp_path / "cases.json")


def test_an_id_that_stands_twice(tmp_path):
    assert "the id 'mine/first' stands twice" in message(tmp_path, case(), case())


# ---- mistakes in a case --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": None}, "case 0: id is None"),
        ({"id": ""}, "case 0: id is ''"),
        ({"id": 7}, "case 0: id is 7"),
        ({"id": "a\nb"}, r"case 0: id is 'a\nb'"),
        ({"id": "\0"}, r"case 0: id is '\x00'"),
        ({"id": "\ud800"}, r"case 0: id is '\ud800'"),
        ({"id": "x" * 300}, "case 0: id is 'xxx"),
        ({"op": "conv3d"}, "case 'mine/first': unknown operator 'conv3d'; choose from: activation, avg_pool2d"),
        ({"op": None}, "unknown operator None"),
        ({"op": ["conv2d"]}, "unknown operator ['conv2d']"),
        ({"input": {}}, "case 'mine/first' has an unknown key 'input'; known: atol, attrs"),
        ({"attrs": []}, "attrs is []; it must be an object"),
        ({"attrs": {"strides": [1, 1]}}, "conv2d has no attribute 'strides'; it has: stride, padding"),
        ({"attrs": {"s" * 10**6: 2}}, "conv2d has no attribute 'sss"),
        ({"attrs": {"stride": "2" * 10**6}}, "stride is '222"),
        ({"attrs": {"stride": [10**30, 1]}}, "stride is [1000000000000000000000000000000, 1]; it must be [h, w]"),
        ({"inputs": {"x": ONES, "w": ONES, "k" * 10**6: ONES}}, "conv2d has no input 'kkk"),
        ({"attrs": {"stride": 2}}, "stride is 2; it must be [h, w]"),
        ({"attrs": {"stride": [1.5, 1]}}, "stride is [1.5, 1]; it must be [h, w]"),
        ({"attrs": {"stride": [True, 1]}}, "stride is [True, 1]; it must be [h, w]"),
        ({"attrs": {"padding": "SAME"}}, "padding is 'SAME'; it must be [[top, bottom], [left, right]] or one of"),
        ({"attrs": {"padding": [1, 1]}}, "padding is [1, 1]"),
        ({"attrs": {"groups": "1"}}, "groups is '1'; it must be a whole number"),
        ({"attrs": {"layout": "NWHC"}}, "layout is 'NWHC'; it must be one of NCHW, NHWC"),
        ({"attrs": {"layout": ["NCHW"]}}, "layout is ['NCHW']"),
        ({"inputs": 3}, "inputs is 3; it must be an object"),
        ({"inputs": {"x": ONES}}, "conv2d needs the input 'w'"),
        ({"inputs": {"x": ONES, "w": ONES, "k": ONES}}, "conv2d has no input 'k'; it has: x, w, b"),
        ({"expected": {"z": ONES}}, "conv2d has no output 'z'; it has: y"),
        ({"expected": [1]}, "expected is [1]; it must be an object"),
        ({"rtol": -1e-5}, "rtol is -1e-05; it must be a number from 0 on"),
        ({"atol": "1e-5"}, "atol is '1e-5'; it must be a number from 0 on"),
        ({"rtol": True}, "rtol is True"),
        ({"rtol": float("inf")}, "rtol is inf"),
        ({"atol": float("nan")}, "atol is nan"),
        ({"atol": 10**400}, "atol is 1000"),
        ({"gradient": 1}, "gradient is 1; it must be true or false"),
        ({"why": 7}, "why is 7; it must be text"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_a_mistake_in_a_case_is_named(tmp_path, changes, words):
    assert words in message(tmp_path, case(**changes))


def test_an_attribute_that_has_no_default_must_be_given(tmp_path):
    assert "max_pool2d needs the attribute 'kernel_size': [h, w]" in message(
        tmp_path, case(op="max_pool2d", inputs={"x": ONES})
    )


@pytest.mark.parametrize("row", [None, 7, "conv2d", []])
def test_a_case_that_is_no_object(tmp_path, row):
    assert f"case 0 is {row!r}; it must be an object" in message(tmp_path, row)


def test_the_case_with_the_mistake_is_the_one_named(tmp_path):
    assert "case 'second': unknown operator" in message(tmp_path, case(), case(id="second", op="none"))
    assert "case 1: id is None" in message(tmp_path, case(), case(id=None))


# ---- mistakes in an array ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dtype": "float128"}, "unknown dtype 'float128'; choose from: float16, bfloat16"),
        ({"dtype": "object"}, "unknown dtype 'object'"),
        ({"dtype": None}, "unknown dtype None"),
        ({"dtype": ["float32"]}, "unknown dtype ['float32']"),
        ({"shape": 4}, "shape is 4; it must be a list of sizes"),
        ({"shape": [1, 1, -2, -2]}, "shape is [1, 1, -2, -2]"),
        ({"shape": [1, 1, 2.0, 2]}, "shape is [1, 1, 2.0, 2]"),
        ({"shape": [True, 1, 2, 2]}, "shape is [True, 1, 2, 2]"),
        ({"shape": [1] * 100 + [4]}, "shape has 101 axes; an array may have 32 at most"),
        ({"shape": [1, 1, 2, 3]}, "data has 4 values; shape [1, 1, 2, 3] needs 6, flat in C order"),
        ({"shape": [1, 1, 10**6, 10**6]}, "data has 4 values"),
        ({"data": [[1, 2], [3, 4]]}, "data has 2 values"),
        ({"data": [[1], [2], [3], [4]]}, "[1] is no number"),
        ({"data": "1234"}, "data has '1234'"),
        ({"data": None}, "data has None"),
        ({"data": [1, 2, 3, "4"]}, "'4' is no number"),
        ({"data": [1, 2, 3, "NaN"]}, '\'NaN\' is no number; write numbers, or "nan", "inf", "-inf"'),
        ({"data": [1, 2, 3, None]}, "None is no number"),
        ({"data": [1, 2, 3, True]}, "True is no number"),
        ({"data": [1, 2, 3, 10**400]}, "000 does not fit float32"),
        ({"data": [1, 2, 3, 1e39]}, "1e+39 does not fit float32"),
        ({"dtype": "float16", "data": [1, 2, 3, 70000]}, "70000 does not fit float16"),
        ({"dtype": "int8", "data": [1, 2, 3, 300]}, "300 does not fit int8"),
        ({"dtype": "uint8", "data": [1, 2, 3, -1]}, "-1 does not fit uint8"),
        ({"dtype": "int64", "data": [1, 2, 3, 2**63]}, "9223372036854775808 does not fit int64"),
        ({"dtype": "int32", "data": [1, 2, 3, 0.5]}, "0.5 does not fit int32"),
        ({"dtype": "int32", "data": [1, 2, 3, "nan"]}, "nan does not fit int32"),
        ({"dtype": "int64", "data": [1, 2, 3, 10**400]}, "000 does not fit int64"),
        ({"dtype": "int64", "data": [1, 2, 3, "inf"]}, "inf does not fit int64"),
        ({"shape": [10**400, 0], "data": []}, "shape is [1000"),
        ({"shape": [2**62, 2**62, 0], "data": []}, "shape [4611686018427387904, 4611686018427387904, 0]: "),
        ({"shape": [2**62] * 32}, "data has 4 values; shape [4611686018427387904, "),
        ({"order": "C"}, "has an unknown key 'order'; known: data, dtype, shape, or file"),
        ({"file": "w.npy"}, "has an unknown key"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_a_mistake_in_an_array_is_named(tmp_path, changes, words):
    text = message(tmp_path, case(inputs={"x": ONES, "w": ONES | changes}))
    assert "case 'mine/first', input 'w'" in text
    assert words in text


def test_a_mistake_in_an_expected_array_is_named(tmp_path):
    assert "expected 'y': unknown dtype 'f4'" in message(tmp_path, case(expected={"y": ONES | {"dtype": "f4"}}))


@pytest.mark.parametrize("word", memory.WORDS)
@pytest.mark.parametrize("beside", [False, True])
def test_an_input_may_say_how_it_lies_in_memory(tmp_path, word, beside):
    given = ONES | {"shape": [1, 2, 2, 1]}
    if beside:
        np.save(tmp_path / "x.npy", np.array([1, 2, 3, 4], "float32").reshape(1, 2, 2, 1))
        given = {"file": "x.npy"}
    (case,) = load(tmp_path, {"id": "a", "op": "flatten", "inputs": {"x": given | {"memory": word}}})
    assert case.memory == ({"x": word} if word != "contiguous" else {})
    assert case.inputs["x"].ravel().tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("word", "shape", "words"),
    [
        ("sideways", [2, 2], "memory is 'sideways'; choose from: contiguous, channels_last"),
        (None, [2, 2], "memory is None; choose from"),
        (["strided"], [2, 2], "memory is ['strided']; choose from"),
        ("channels_last", [2, 2], "memory is 'channels_last', which needs 4 axes, not 2"),
    ],
)
def test_a_place_in_memory_that_there_is_not(tmp_path, word, shape, words):
    given = ONES | {"shape": shape, "memory": word}
    assert words in message(tmp_path, {"id": "a", "op": "flatten", "inputs": {"x": given}})


def test_only_an_input_lies_in_memory(tmp_path):
    stated = ONES | {"memory": "strided"}
    row = {"id": "a", "op": "flatten", "inputs": {"x": ONES}, "expected": {"y": stated}}
    assert "unknown key 'memory'" in message(tmp_path, row)


@pytest.mark.parametrize("value", [None, 3, [1, 2], "w.npy"])
def test_an_array_that_is_no_object(tmp_path, value):
    assert f"input 'w' is {value!r}; it must be an object" in message(tmp_path, case(inputs={"x": ONES, "w": value}))


# ---- files outside, pickled, damaged -------------------------------------------------------------


def file_message(folder: Path, name) -> str:
    return message(folder, case(inputs={"x": ONES, "w": {"file": name}}))


@pytest.fixture
def folder(tmp_path) -> Path:
    """The folder of the case file; a readable array lies outside."""
    np.save(tmp_path / "secret.npy", np.ones((1, 1, 2, 2), "float32"))
    (tmp_path / "inside").mkdir()
    return tmp_path / "inside"


def test_no_path_leads_out_of_the_folder(folder):
    outside = folder.parent / "secret.npy"
    (folder / "link.npy").symlink_to(outside)
    (folder / "way").symlink_to(folder.parent)
    for name in ("../secret.npy", "./../secret.npy", str(outside), "link.npy", "way/secret.npy", "way/../secret.npy"):
        assert f"file {name!r} lies outside the folder of the case file" in file_message(folder, name)


def test_a_link_within_the_folder_is_followed(folder):
    np.save(folder / "w.npy", np.ones((1, 1, 2, 2), "float32"))
    (folder / "link.npy").symlink_to("w.npy")
    (one,) = load(folder, case(inputs={"x": ONES, "w": {"file": "link.npy"}}))
    assert one.inputs["w"].sum() == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.npy", "file 'none.npy': No such file"),
        ("", "file '': Is a directory"),
        (".", "file '.': Is a directory"),
        (7, "file is 7; it must be the name"),
        (None, "file is None; it must be the name"),
        ("a\0.npy", r"file 'a\x00.npy'"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_name_that_is_no_file(folder, name, words):
    assert words in file_message(folder, name)


def test_a_link_to_itself(folder):
    (folder / "loop.npy").symlink_to("loop.npy")
    assert "file 'loop.npy'" in file_message(folder, "loop.npy")


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_nothing_is_unpickled(folder):
    crater = str(folder / "crater")
    np.save(folder / "objects.npy", np.array([Bomb(crater)], dtype=object), allow_pickle=True)
    (folder / "plain.npy").write_bytes(pickle.dumps(Bomb(crater)))
    for name in ("objects.npy", "plain.npy"):
        assert f"file {name!r} is no plain .npy array" in file_message(folder, name)
    assert not Path(crater).exists()


def test_damaged_files(folder):
    np.save(folder / "good.npy", np.ones((1, 1, 2, 2), "float32"))
    content = (folder / "good.npy").read_bytes()
    damaged = {
        "empty.npy": b"",
        "cut.npy": content[:-1],
        "header.npy": content[:40],
        "text.npy": b"1 2 3 4",
        "huge.npy": content.replace(b"(1, 1, 2, 2), }" + b" " * 12, b"(1, 1, 2, 2" + b"0" * 12 + b"), }"),
        "zip.npy": b"PK\x03\x04 and no more",
    }
    assert damaged["huge.npy"] != content
    for name, bad in damaged.items():
        (folder / name).write_bytes(bad)
        assert f"file {name!r} is no plain .npy array" in file_message(folder, name)


@pytest.mark.parametrize(
    "dtype", ["complex64", "bool", "U3", "M8[s]", "float128", ml_dtypes.bfloat16, "f4,f4"], ids=str
)
def test_a_file_of_another_dtype(folder, dtype):
    np.save(folder / "w.npy", np.zeros((1, 1, 2, 2), dtype))
    assert "known dtypes: float16, bfloat16, float32" in file_message(folder, "w.npy")


def test_an_archive_of_arrays(folder):
    np.savez(folder / "w.npz", np.ones(3))
    assert "file 'w.npz' is no plain .npy array" in file_message(folder, "w.npz")
