"""The command line: `python -m harness COMMAND`. Errors are one line on stderr and exit code 2."""

import os
import sys
import traceback
from pathlib import Path

import click

from harness.options import BACKEND, CASE, JOBS, OP, OUT, Size, names_of, out, timeout
from spec.errors import UserError

HISTORY = Path("reports/out/history")
VERSION = "0.1.0"
LONGEST = 1000  # characters of an error
FORMATS = ("html", "md", "junit", "json")
COMPLETE = "_CONVPARITY_COMPLETE"  # what click looks at, to complete the command `harness/convparity`


# ---- commands ------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(VERSION, prog_name="convparity")
def cli(debug: bool) -> None:
    """Compare frameworks on one specification of the 2-D convolution operators."""


@cli.command()
@BACKEND
@OP
@CASE
@click.option(
    "--cases",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Cases from a JSON file instead of the built-in ones (repeat).",
)
@click.option(
    "--processor",
    default="",
    metavar="NAME",
    help="Hold all backends to a smaller instruction set: avx512, avx2 or sse.",
)
@out("run")
@JOBS
@timeout("case")
@click.option("--shard", default="1/1", metavar="I/N", help="Only part I of N of the cases.")
@click.option("--resume", is_flag=True, help="Go on with the run that --out holds; what crashed is tried again.")
@click.option("--no-gradients", is_flag=True, help="Outputs only.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="EARLIER", help="Show what is new since this run.")
@click.option("--list", "listed", is_flag=True, help="List the chosen cases, and run none.")
def run(names, ops, globs, files, processor, out, jobs, timeout, shard, resume, no_gradients, baseline, listed) -> int:
    """Run cases on backends, judge, store, and write the report."""
    from harness.commands.diff import add_baseline, earlier_run
    from harness.commands.run import Choice, list_cases, run_cases

    choice = Choice(
        names, ops, globs, files, out, jobs, timeout, shard, resume, not no_gradients, sys.argv[1:], processor
    )
    if listed:
        return list_cases(choice)
    if baseline:
        earlier_run(baseline, out)
    code = run_cases(choice)
    if baseline:
        add_baseline(out, baseline)
    return code


@cli.command()
@click.argument("folder", default=OUT, type=click.Path(path_type=Path))
@click.option("--format", "form", default="html", type=click.Choice(FORMATS), show_default=True, help="What to write.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="EARLIER", help="Show what is new since this run.")
def report(folder: Path, form: str, baseline: Path | None) -> int:
    """Write the report of a stored run again (FOLDER: reports/out/latest). Exit code 1 where results are missing."""
    from harness.commands.diff import add_baseline
    from reports import run_folder
    from reports.write import write

    if baseline:
        add_baseline(folder, baseline)
    click.echo(write(folder, form))
    missing = run_folder.lacking(run_folder.summary(folder), run_folder.rows(folder))
    if missing:
        click.echo(f"{folder}: {missing}", err=True)
    return 1 if missing else 0


@cli.command()
@BACKEND
@click.option("--law", "chosen", multiple=True, metavar="NAME", help="Only this law (repeat).")
@out("results")
@JOBS
@timeout("question")
def laws(names, chosen, out, jobs, timeout) -> int:
    """Try identities that hold whatever the data, inside each backend."""
    from harness.commands.laws import try_laws

    return try_laws(names, chosen, out, jobs, timeout)


@cli.command()
@BACKEND
@click.option("--question", "globs", multiple=True, metavar="GLOB", help="Only questions whose id matches (repeat).")
@click.option("--from", "source", metavar="NAME", help="With --to: only what these two answer differently.")
@click.option("--to", "target", metavar="NAME", help="The other of the two; each difference with how to bridge it.")
@click.option("--remember", is_flag=True, help="Keep what NAME@VERSION answers, for the lessons: since when it is so.")
@out("answers")
@JOBS
@timeout("probe")
def conventions(names, globs, source, target, remember, out, jobs, timeout) -> int:
    """Ask every framework every question about its conventions; or two frameworks, for where they differ."""
    from harness.commands import conventions

    if not (source or target):
        return conventions.ask_questions(names, globs, out, jobs, timeout, remember)
    if not (source and target) or names:
        raise UserError("a comparison needs two frameworks and no --backend: --from tensorflow --to torch")
    return conventions.compare_two(source, target, globs, jobs, timeout)


@cli.command()
@click.argument("subject")
@BACKEND
@click.option("--element", "place", default="", metavar="N,C,H,W", help="Of a case: the element to take apart.")
@click.option("--size", default=224, type=click.IntRange(1), show_default=True, help="Of a padding: the image.")
@click.option("--kernel", default=3, type=click.IntRange(1), show_default=True, help="Of a padding: the kernel.")
@click.option("--stride", default=2, type=click.IntRange(1), show_default=True, help="Of a padding: the stride.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write it as a page as well.")
@timeout("case")
def explain(subject, names, place, size, kernel, stride, html, timeout) -> int:
    """Explain SUBJECT: an operator, a case, a question, an entry of the ledger, or a padding ("same")."""
    from harness.commands.explain import explain

    return explain(subject, names, place, {"size": size, "kernel": kernel, "stride": stride}, html, timeout)


@cli.command()
@BACKEND
@click.option(
    "--lesson",
    "wanted",
    multiple=True,
    metavar="NAME",
    shell_complete=names_of("lessons"),
    help="Only this lesson (repeat).",
)
@click.option("--format", "form", type=click.Choice(("html", "ipynb", "book")), default="html", show_default=True)
@out("pages")
@JOBS
@timeout("call")
def lessons(names, wanted, form, out, jobs, timeout) -> int:
    """Compute the lessons in every framework; write pages, notebooks, or the sources of a book."""
    from harness.commands.lessons import teach

    return teach(names, wanted, form, out, jobs, timeout)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("op", required=False)
@click.argument("attrs", nargs=-1, type=click.UNPROCESSED)
@click.option("--from", "source", metavar="NAME", help="The framework whose words are known.")
@click.option("--to", "target", metavar="NAME", help="The framework in whose words it is wanted.")
@click.option("--dtype", default="float32", type=click.Choice(("float32", "float16")), help="Of all arrays.")
@click.option("--size", type=Size(), metavar="H[xW]", help="Of the images: pads are numbers then, not a formula.")
@click.option("--kernel", type=Size(), metavar="H[xW]", help="With --size: of the kernels (3x3).")
@click.option("--whole", is_flag=True, help="All of the other framework's own code, not only what remains of it.")
@out("table")
def bridge(op, attrs, source, target, dtype, size, kernel, whole, out) -> int:
    """Say in one framework what another says: OP --from A --to B --stride 2 --padding same, with proof.

    OP may be lenet5, the whole network with its weights. Where B cannot say it, the answer is "not expressible".
    Without OP all bridges are proven, between all frameworks or these two, and LeNet-5's weights moved between them.
    """
    from harness.commands import bridge as bridging

    names = tuple(filter(None, (source, target)))
    if len(names) == 1 or (op and not names):
        raise UserError("bridge needs two frameworks: --from tensorflow --to torch")
    if op is None:
        return bridging.prove_all(names, out)
    return bridging.show_one(op, source, target, list(attrs), dtype, size, kernel, whole)


@cli.command()
@click.argument("one", metavar="TRACE_A", type=click.Path(path_type=Path))
@click.argument("other", metavar="TRACE_B", type=click.Path(path_type=Path))
@click.option("--map", "chosen", type=click.Path(path_type=Path), metavar="FILE", help="Which layers belong together.")
@click.option("--format", "form", default="text", type=click.Choice(("text", "json")), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write a page and map.json there.")
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE", help="Write A's weights in B's layouts.")
def compare(one: Path, other: Path, chosen, form, out, weights) -> int:
    """Find where two recorded models part, layer by layer, and whether it is a mistake. Exit code 1 if one is found."""
    from harness.commands.compare import compare_traces

    return compare_traces(one, other, chosen, form, out, weights)


@cli.command()
@click.argument("library", metavar="torch|keras|flax|gluon|onnxruntime")
def recorder(library) -> int:
    """Print a file that records what a model's layers compute; it needs the framework and NumPy alone."""
    from harness.source.recorder import compose

    click.echo(compose(library))
    return 0


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("one", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@click.argument("attrs", nargs=-1, type=click.UNPROCESSED)
@click.option("--op", default="", metavar="NAME", help="The operator that both are a result of.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=FILE", help="One of its inputs (repeat): x=x.npy")
@click.option("--format", "form", default="text", type=click.Choice(("text", "json")), show_default=True)
def judge(one: Path, other: Path, attrs, op, inputs, form) -> int:
    """Is the difference of two arrays normal? ONE.npy OTHER.npy, and to know who is right:
    --op conv2d --input x=x.npy --input w=w.npy --stride 2 --padding same. Exit code 1 where it is not normal."""
    from harness.commands.judge import judge_files

    return judge_files(one, other, op, inputs, attrs, form)


@cli.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "form", default="text", type=click.Choice(("text", "html", "md", "json")), show_default=True)
def diff(old: Path, new: Path, form: str) -> int:
    """Compare two stored runs: what changed, for whom. Exit code 1 on a regression, and where results are missing."""
    from harness.commands.diff import show_changes

    return show_changes(old, new, form)


@cli.command()
@click.argument("folders", metavar="RUN...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out", default=HISTORY, type=click.Path(path_type=Path), show_default=True, help="Folder of the history."
)
@click.option("--page", type=click.Path(path_type=Path), metavar="RUN", help="Show it in the page of this run as well.")
def history(folders, out, page) -> int:
    """Append stored runs to history.jsonl; a scoreboard of versions, and since when each known difference is there."""
    from harness.commands.history import keep

    return keep(folders, out, page)


@cli.command()
@click.option("--backend", "name", default="numpy", show_default=True, help="Where those of sizes are planted.")
@click.option("--mutant", "globs", multiple=True, metavar="GLOB", help="Only mistakes whose name matches (repeat).")
@click.option("--all", "every", is_flag=True, help="Print every mistake, not only those that survive.")
@out("table")
@JOBS
def mutants(name, globs, every, out, jobs) -> int:
    """Plant mistakes in a backend, and see which cases find each of them."""
    from harness.commands.mutants import plant_mistakes

    return plant_mistakes(globs, out, jobs, name, every)


@cli.command()
@BACKEND
@out("table")
@JOBS
@timeout("case")
def scorecard(names, out, jobs, timeout) -> int:
    """Count the false alarms and misses of our bounds, and of the tolerances in general use."""
    from harness.commands.scorecard import count_mistakes

    return count_mistakes(names, out, jobs, timeout)


@cli.command()
@BACKEND
@out("table")
@JOBS
@timeout("case")
def determinism(names, out, jobs, timeout) -> int:
    """Find out where bits change: between processes, with the number of threads, with the batch."""
    from harness.commands.determinism import measure

    return measure(names, out, jobs, timeout)


@cli.command()
@BACKEND
@OP
@CASE
@out("table")
@JOBS
@timeout("case")
def processors(names, ops, globs, out, jobs, timeout) -> int:
    """Hold every backend to smaller instruction sets: which bits, verdicts and refusals change with the processor."""
    from harness.commands.processors import compare_levels

    return compare_levels(names, ops, globs, out, jobs, timeout)


@cli.command()
def doctor() -> int:
    """Which environments exist, which versions, what is missing."""
    from harness.commands.doctor import examine

    return examine()


@cli.command()
@click.argument("name")
def check_backend(name) -> int:
    """What a backend still lacks, a line each, with the remedy. NAME is a folder of backends/, or
    NAME=adapter.py@python for an adapter elsewhere."""
    from harness.commands.check_backend import examine

    return examine(name)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 all well, 1 a verdict fails or nothing can be run, 2 wrong input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        name = "convparity" if COMPLETE in os.environ else "python -m harness"  # a shell completes single words
        return cli.main(arguments, prog_name=name, complete_var=COMPLETE, standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except (UserError, click.ClickException) as error:
        if "--debug" in arguments:
            traceback.print_exc()
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"error: {_line(message)}", err=True)
        return error.exit_code if isinstance(error, UserError) else 2
    except click.Abort:
        click.echo("interrupted; --resume goes on where it stopped", err=True)
        return 130
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "can't start new thread" not in str(error):
            raise
        if "--debug" in arguments:
            traceback.print_exc()
        click.echo("error: no memory is left; make room, and go on with --resume where it was a run", err=True)
        return 1
    except ModuleNotFoundError as error:
        if "--debug" in arguments:
            traceback.print_exc()
        python = Path(sys.executable)
        click.echo(f"error: {python} has no {error.name}; run {python} -m pip install -r requirements.txt", err=True)
        return 2


def _line(message: str) -> str:
    """A message as one line that a terminal can show: of a long one the beginning, and the end with the remedy."""
    from reports.facts.text import clean

    text = clean(" ".join(message.split()))
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
