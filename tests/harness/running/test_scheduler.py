"""A run: every case on every backend once, whatever slots, deaths and backends that never start."""

import threading
from collections import Counter

import pytest

from harness.judging import oracle
from harness.running import scheduler as module
from harness.running.scheduler import Run
from harness.workers import gateway
from harness.workers.gateway import Worker
from harness.workers.supervisor import STARTS


def results(run: Run, seconds: float = 120.0) -> list:
    """All results; a run that does not end is a failure, not a test that hangs."""
    found: list = []
    errors: list = []

    def collect():
        try:
            found.extend(run.results())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "the run does not end"
    if errors:
        raise errors[0]
    return found


@pytest.fixture
def starts(monkeypatch) -> Counter:
    """How many workers were started, by backend."""
    counts: Counter = Counter()
    lock, start = threading.Lock(), Worker.start

    def counting(backend, threads=1):
        with lock:
            counts[backend.name] += 1
        return start(backend, threads)

    monkeypatch.setattr(Worker, "start", counting)
    return counts


def pairs(found) -> Counter:
    return Counter((result.case.id, result.backend) for result in found)


def every(cases, backends) -> Counter:
    return Counter({(case.id, backend.name): 1 for case in cases for backend in backends})


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_every_case_runs_once_on_every_backend(planted, conv, jobs):
    cases = [conv(f"case-{number}") for number in range(12)]
    backends = [planted("on_marked", name="one"), planted("on_marked", name="two")]
    found = results(Run(cases, backends, jobs=jobs))
    assert pairs(found) == every(cases, backends)
    assert {result.status for result in found} == {"pass"}


def test_what_is_done_is_not_run_again(planted, conv):
    cases = [conv("first"), conv("second")]
    backends = [planted("on_marked", name="one"), planted("on_marked", name="two")]
    done = {("first", "one"), ("first", "two"), ("second", "two")}
    assert pairs(results(Run(cases, backends, done=done))) == {("second", "one"): 1}


def test_a_backend_that_is_done_still_says_what_it_is(planted, conv):
    backends = [planted("on_marked", name="one"), planted("on_marked", name="two")]
    run = Run([conv("only")], backends, done={("only", "one")})
    assert pairs(results(run)) == {("only", "two"): 1}
    assert set(run.descriptions) == {"one", "two"}


@pytest.mark.parametrize("fault", ["flipped", "exit", "error"])
def test_a_fault_fails_its_case_on_its_backend_alone(planted, conv, fault):
    cases = [conv("before"), conv("marked", marked=True), conv("after")]
    found = results(Run(cases, [planted("on_marked", name="right"), planted("on_marked", fault, name="wrong")]))
    assert [(result.case.id, result.backend) for result in found if result.status != "pass"] == [("marked", "wrong")]
    assert len(pairs(found)) == len(found) == 6


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("bad_first", [True, False])
def test_a_backend_that_cannot_start_is_not_run_and_the_others_are(planted, conv, jobs, bad_first):
    cases = [conv(f"case-{number}") for number in range(4)]
    backends = [planted("at_start", "import", name="bad"), planted("on_marked", name="good")]
    run = Run(cases, backends if bad_first else backends[::-1], jobs=jobs)
    found = results(run)
    assert pairs(found) == every(cases, backends)
    bad = [result for result in found if result.backend == "bad"]
    assert {(one.verdict.outcome, one.status) for one in bad} == {("not-run", "fail")}
    assert {one.verdict.why for one in bad} == {"ImportError: libplanted.so: cannot open shared object file"}
    assert {result.status for result in found if result.backend == "good"} == {"pass"}
    assert run.problems == {"bad": "ImportError: libplanted.so: cannot open shared object file"}


def test_a_run_of_which_nothing_can_start_ends(planted, conv):
    found = results(Run([conv()], [planted("at_start", "import")]))
    assert [result.verdict.outcome for result in found] == ["not-run"]


def test_a_backend_whose_environment_has_a_problem_is_not_run(planted, conv):
    backend = module.Backend("absent", planted("on_marked").adapter, problem="no Python 3.11 here")
    found = results(Run([conv()], [backend, planted("on_marked")]))
    assert {(one.backend, one.verdict.outcome, one.verdict.why) for one in found} == {
        ("absent", "not-run", "no Python 3.11 here"),
        ("on_marked", "exact", ""),
    }


def test_a_free_slot_helps_a_backend_that_has_started(planted, conv, starts, monkeypatch):
    monkeypatch.setattr(module, "WORTH_HELPING", 0.0)
    cases = [conv(f"case-{number}", gradient=False) for number in range(60)]
    found = results(Run(cases, [planted("slow")], jobs=2))
    assert pairs(found) == every(cases, [planted("slow")])
    assert starts == {"slow": 2}


@pytest.fixture
def starting(planted, tmp_path):
    """A backend whose starts go as a plan says, and how many there were."""

    def backend(plan: str):
        return planted("at_each_start", f"{tmp_path / 'starts'} {plan}")

    backend.count = lambda: len((tmp_path / "starts").read_bytes())
    return backend


def test_a_worker_that_dies_while_it_starts_is_started_again(starting, conv):
    found = results(Run([conv("one"), conv("two")], [starting("ddo")], jobs=1))
    assert [result.status for result in found] == ["pass", "pass"]
    assert starting.count() == 3


def test_a_backend_whose_workers_all_die_at_the_start_is_not_run_after_some_tries(starting, conv):
    run = Run([conv("one"), conv("two")], [starting("d")], jobs=2)
    found = results(run)
    assert [result.verdict.outcome for result in found] == ["not-run", "not-run"]
    assert "ended without a word" in run.problems["at_each_start"]
    assert starting.count() == STARTS


def test_a_helper_that_cannot_start_leaves_the_work_to_the_first(starting, conv, monkeypatch):
    monkeypatch.setattr(module, "WORTH_HELPING", 0.0)
    monkeypatch.setattr(module, "PATIENCE", 120.0)  # for its last try, however long that takes here
    cases = [conv(f"case-{number}", gradient=False) for number in range(12)]
    run = Run(cases, [starting("oddd")], jobs=2)
    found = results(run)
    assert pairs(found) == every(cases, run.backends)
    assert {result.status for result in found} == {"pass"}
    assert run.problems == {}
    assert starting.count() == 1 + STARTS  # and nobody else is sent to help


def test_a_helper_that_stands_still_at_its_start_delays_no_run(starting, conv, monkeypatch):
    monkeypatch.setattr(module, "WORTH_HELPING", 0.0)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    cases = [conv(f"case-{number}", gradient=False) for number in range(12)]
    run = Run(cases, [starting("os")], jobs=2)
    assert pairs(results(run)) == every(cases, run.backends)
    assert starting.count() == 2
    assert [one for one in gateway.RUNNING if one.poll() is None] == []


def test_no_more_slots_help_than_there_is_work(starting, conv):
    cases = [conv(f"case-{number}", gradient=False) for number in range(4)]
    run = Run(cases, [starting("o")], jobs=40)
    assert pairs(results(run)) == every(cases, run.backends)
    assert starting.count() <= len(cases)


@pytest.mark.parametrize(
    ("left", "helped"),
    [
        ({"a": 10, "b": 10}, "a"),  # 10 and 1 seconds of work; a start costs 1, and pays from 2 on
        ({"a": 1, "b": 30}, "b"),
        ({"a": 1, "b": 10}, None),
        ({"a": 0, "b": 0}, None),
    ],
)
def test_a_free_slot_helps_where_that_pays(planted, conv, left, helped):
    cases = [conv(f"case-{number}") for number in range(30)]
    run = Run(cases, [planted("slow", name="a"), planted("slow", name="b")])
    work = module._Work(run, None, None)
    work.waiting.clear()
    for name, seconds in (("a", 1.0), ("b", 0.1)):
        while len(work.left[name]) > left[name]:
            work.left[name].pop()
        run.startup[name], run.busy[name], work.answered[name] = 1.0, 5 * seconds, 5
    chosen = work._choose()
    assert (chosen and chosen.name) == helped


def test_truth_is_computed_once_for_all_backends(planted, conv, monkeypatch):
    asked: Counter = Counter()
    truth = oracle.truth

    def counting(case, gradients=True):
        asked[case.id] += 1
        return truth(case, gradients)

    monkeypatch.setattr(oracle, "truth", counting)
    cases = [conv(f"case-{number}") for number in range(5)]
    results(Run(cases, [planted("on_marked", name=name) for name in ("one", "two", "three")]))
    assert asked == {case.id: 1 for case in cases}


def test_bitwise_equality_is_counted_for_each_pair_of_backends(planted, conv):
    cases = [conv("first"), conv("second"), conv("marked", marked=True)]
    names = ("a", "b", "c")
    faults = {"c": "flipped"}
    run = Run(cases, [planted("on_marked", faults.get(name, ""), name=name) for name in names])
    results(run)
    assert run.equal == {"conv2d": {"a|b": [3, 3], "a|c": [2, 3], "b|c": [2, 3]}}


def test_an_output_that_is_not_there_is_not_compared(planted, conv):
    run = Run(
        [conv(), conv("marked", marked=True)], [planted("on_marked", name="a"), planted("on_marked", "error", "b")]
    )
    results(run)
    assert run.equal == {"conv2d": {"a|b": [1, 1]}}


def test_gradients_may_be_left_out(planted, conv):
    (result,) = results(Run([conv()], [planted("on_marked")], gradients=False))
    assert result.status == "pass"
    assert dict(result.verdict.gradients) == {}


def test_versions_and_times_are_noted(planted, conv):
    run = Run([conv()], [planted("slow")])
    results(run)
    assert run.descriptions["slow"]["version"]
    assert run.busy["slow"] >= 0.01
    assert run.startup["slow"] > 0
    assert run.seconds > run.busy["slow"]


def test_an_error_of_the_harness_itself_ends_the_run(planted, conv, monkeypatch):
    """It must reach the caller: a slot that ends in silence would be waited for without end."""

    def broken(case, gradients=True):
        raise ZeroDivisionError("a bug of the harness")

    monkeypatch.setattr(oracle, "truth", broken)
    with pytest.raises(ZeroDivisionError):
        results(Run([conv()], [planted("on_marked")]))
