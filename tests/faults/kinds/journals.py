"""Files of a run that were cut off at any byte, as they are after a power failure."""

from random import Random

from tests.faults.field import Field

SHARE = 110
FILES = ("results.jsonl", "results.jsonl", "results.jsonl", "manifest.jsonl", "run.json", "index.html")


def plant(field: Field, random: Random) -> None:
    """A report never takes the rest for the whole; `--resume` comes to the same verdicts, or leaves all as it is."""
    for name in dict.fromkeys(random.sample(FILES, random.choice((1, 1, 2)))):
        path = field.out / name
        content = path.read_bytes()
        if random.random() < 0.15:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content[: random.randrange(len(content) + 1)])
    kept = field.out / "results.jsonl"
    whole = kept.is_file() and kept.read_bytes().strip() == (field.root / "good" / "results.jsonl").read_bytes().strip()
    ended = field.command("report", field.out, "--format", random.choice(("md", "junit")))
    assert whole or ended.code, ended
    ended = field.command("diff", field.root / "good", field.out)
    assert whole or ended.code, ended
    good = (field.root / "good" / "manifest.jsonl").read_bytes()
    if not (field.out / "manifest.jsonl").is_file() or (field.out / "manifest.jsonl").read_bytes() != good:
        assert "is not of a run" in field.run("--resume").err or field.read() == field.verdicts
    elif random.random() < 0.6:
        field.resumed()
        assert field.command("report", field.out).code == 0
