"""The text cut out of an adapter holds all that its operator needs, once."""

from harness.source.standalone import Snippet

ADAPTER = """
ONE, TWO = 1, 2


class Adapter:
    def conv2d(self, x):
        return x + ONE + TWO
"""


def test_constants_assigned_together_are_written_once(tmp_path):
    (tmp_path / "adapter.py").write_text(ADAPTER)
    snippet = Snippet(tmp_path / "adapter.py")
    snippet.add("conv2d")
    text = snippet.text()
    assert text.count("ONE, TWO = 1, 2") == 1
    names: dict = {}
    exec(text, names)
    assert names["conv2d"](10) == 13
