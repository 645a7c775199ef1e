"""The progress display of live discovery."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Takes what discovery has done so far; called by several threads at once."""

    def __call__(self, cluster: str, kind: str, count: int, *, done: bool) -> None:
        """Take a step.

        Args:
            cluster: the cluster's name.
            kind: the kind that is being listed; empty when the cluster as a whole is done.
            count: objects read so far, of this kind or (when done) of the cluster.
            done: the list (or the cluster) is done. A cluster that failed reports -1 objects.
        """


def silent(cluster: str, kind: str, count: int, *, done: bool) -> None:
    """Show nothing."""


@contextmanager
def terminal_progress() -> Iterator[Progress]:
    """A line for each cluster while it is being read, when standard error is a terminal; nothing otherwise."""
    if not sys.stderr.isatty():
        yield silent
        return
    # rich takes a tenth of a second to import, which runs without a terminal need not pay
    from rich.console import Console
    from rich.progress import Progress as Display
    from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.fields[cluster]}"), TextColumn("{task.description}", markup=False))
    with Display(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as display:
        tasks: dict[str, TaskID] = {}

        def show(cluster: str, kind: str, count: int, *, done: bool) -> None:
            if cluster not in tasks:  # one thread a cluster, so nobody else adds this task
                tasks[cluster] = display.add_task("", total=1, cluster=cluster)
            outcome = "not readable" if count < 0 else f"{count} objects"
            text = f"{kind}: {count}" if kind else outcome
            display.update(tasks[cluster], description=text, completed=int(done and not kind))

        yield show
