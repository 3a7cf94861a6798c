"""Progress is shown on a terminal, and nowhere else."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations import cli
from annotations.progress import progress_bar, tracked
from corpus.files import write_atomic


class Stderr(io.StringIO):
    """Stands for stderr."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def stderr_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Stderr]:
    """Puts a terminal, or a file, in the place of stderr."""

    def put(terminal: bool) -> Stderr:
        stderr = Stderr(terminal=terminal)
        monkeypatch.setattr(sys, "stderr", stderr)
        return stderr

    # A terminal that can move its cursor, without colours between the words.
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    return put


def test_a_counted_step_says_how_much_is_done(stderr_as: Callable[[bool], Stderr]) -> None:
    stderr = stderr_as(True)
    with progress_bar(quiet=False) as show:
        show("reading")
        show("writing", 0, 2)
        show("writing", 1, 2)
    # The last picture, before it is wiped out.
    last = stderr.getvalue().rpartition("writing")[2]
    assert " 50%" in last


def test_a_step_that_is_not_counted_forgets_the_one_before(
    stderr_as: Callable[[bool], Stderr],
) -> None:
    stderr = stderr_as(True)
    with progress_bar(quiet=False) as show:
        show("writing", 1, 2)
        show("reading back")
    last = stderr.getvalue().rpartition("reading back")[2]
    assert last
    assert "%" not in last
    assert "writing" not in last


def test_a_step_may_learn_later_how_much_there_is(stderr_as: Callable[[bool], Stderr]) -> None:
    stderr = stderr_as(True)
    with progress_bar(quiet=False) as show:
        show("scoring")
        show("scoring", 1, 4)
    assert " 25%" in stderr.getvalue().rpartition("scoring")[2]


@pytest.mark.parametrize("quiet", [False, True])
def test_tracked_items_are_those_that_came(
    stderr_as: Callable[[bool], Stderr], quiet: bool
) -> None:
    stderr = stderr_as(True)
    assert list(tracked(["a", "b"], "reading", quiet=quiet)) == ["a", "b"]
    assert list(tracked(iter("ab"), "reading", quiet=quiet)) == ["a", "b"]
    assert ("reading" in stderr.getvalue()) != quiet


@pytest.mark.parametrize(
    ("terminal", "quiet", "shown"),
    [(True, False, True), (True, True, False), (False, False, False)],
    ids=["terminal", "quiet", "file"],
)
def test_commands_show_progress_on_a_terminal_unless_quiet(
    terminal: bool,
    quiet: bool,
    shown: bool,
    stderr_as: Callable[[bool], Stderr],
    tmp_path: Path,
) -> None:
    gold, target = tmp_path / "gold", tmp_path / "a.conll"
    write_atomic(gold / "a.ann", "T1\tZONE 0 3\t高新区\n")
    write_atomic(gold / "a.txt", "高新区\n")
    for command, step in (
        (lambda: cli.check(gold, quiet=quiet), "checking"),
        (lambda: cli.agreement(gold, gold, quiet=quiet), "comparing"),
        (lambda: cli.convert(gold, target, "brat", "conll", quiet=quiet), "reading back"),
    ):
        stderr = stderr_as(terminal)
        command()
        assert (step in stderr.getvalue()) == shown
        assert shown or stderr.getvalue() == ""
