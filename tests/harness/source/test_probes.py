"""The code of probes is read as it is written, with what it uses, and nothing is imported."""

from harness.source.probes import probes


def test_probes_are_read_without_being_imported(tmp_path):
    (tmp_path / "conventions.py").write_text('import nothing_such\n\n\n@probe("a.b", "c")\ndef f():\n    return "d"\n')
    assert probes([tmp_path / "conventions.py"]) == {("a.b", "c"): 'def f():\n    return "d"'}
    assert probes([]) == {}


HELPED = """
SIZE = 3

def inner(x):
    return x[:SIZE]

@contextlib.contextmanager
def outer():
    yield inner

def stranger(): ...

@probe("a.b", "c")
def f(x):
    with outer() as helper:
        stranger = helper(x)
        return stranger
"""


def test_a_probe_is_followed_by_what_it_uses(tmp_path):
    """Helpers with their decorators, and what they use; a variable that is called like a function is none."""
    (tmp_path / "conventions.py").write_text(HELPED)
    [code] = probes([tmp_path / "conventions.py"]).values()
    assert code.startswith("def f(x):")
    assert "@contextlib.contextmanager\ndef outer():" in code
    assert code.count("def inner(x):") == code.count("SIZE = 3") == 1
    assert "def stranger" not in code


TABLE = """
SIZE = 3

def crop(x):
    return x[:SIZE]

PROBES = {
    "one": {
        "a.b": lambda x: crop(x),
        "a.c": arrays(lambda x: str(x)),  # a remark
    },
    "other": {
        "a.b": lambda x, k: crop(
            k,
        )[0],
    },
}
"""


def test_a_row_of_the_table_is_shown_as_its_call(tmp_path):
    """Without the key, the marks and the lambda around it, which are no part of what a user would write."""
    (tmp_path / "conventions.py").write_text(TABLE)
    helpers = "\n\ndef crop(x):\n    return x[:SIZE]\n\nSIZE = 3"
    assert probes([tmp_path / "conventions.py"]) == {
        ("a.b", "one"): "crop(x)" + helpers,
        ("a.c", "one"): "str(x)  # a remark",
        ("a.b", "other"): "crop(\n    k,\n)[0]" + helpers,
    }
