"""Showing on a terminal how far a command is."""

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import Progress

_Item = TypeVar("_Item")


class ShowProgress(Protocol):
    """Takes what is being done now and, where that is counted, how much of how much is done."""

    def __call__(self, what: str, n_done: int = 0, n_all: int | None = None) -> None:
        """Show it."""


def show_nothing(what: str, n_done: int = 0, n_all: int | None = None) -> None:
    """Leave the terminal alone."""


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[ShowProgress]:
    """A bar on stderr for one step at a time; none if quiet or where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield show_nothing
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:

        def show(what: str, n_done: int = 0, n_all: int | None = None) -> None:
            if [task.description for task in bar.tasks] != [what]:
                # A task that has a total cannot lose it, so each step is a task of its own.
                for task_id in bar.task_ids:
                    bar.remove_task(task_id)
                bar.add_task(what, total=n_all)
            bar.update(bar.task_ids[0], completed=n_done, total=n_all)

        yield show


def tracked(items: Iterable[_Item], what: str, *, quiet: bool) -> Iterator[_Item]:
    """The items, with a bar that says what is done to them and how many have been taken."""
    n_all = len(items) if isinstance(items, Sized) else None
    with progress_bar(quiet=quiet) as show:
        for n_done, item in enumerate(items):
            show(what, n_done, n_all)
            yield item
