"""Showing on a terminal how far a command is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import Progress


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
            bar.update(bar.task_ids[0], completed=n_done)

        yield show
