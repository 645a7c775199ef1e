"""Stacks, as the command line finds, reads and compiles them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from fedlib.cli.paths import shown_path
from fedlib.cli.summary import print_findings
from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import Configuration, read_configuration
from fedlib.config.stack_file import StackFile, find_stack_file, load_stack_file
from fedlib.diagnostics import Report
from fedlib.diagnostics.regular_file import is_file
from fedlib.discovery.discover import discover, no_secrets
from fedlib.discovery.inventory import Inventory
from fedlib.discovery.progress import terminal_progress


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that was found and read, and where its findings go."""

    file: StackFile
    configuration: Configuration
    report: Report

    def compile(self) -> tuple[Inventory, Compilation]:
        """Discover its clusters, and compile it."""
        clusters = self.configuration.config.clusters
        with terminal_progress() as progress:
            inventory = discover(clusters, self.file, self.report, no_secrets, progress)
        return inventory, compile_federation(self.configuration, inventory, self.report)


def open_stack(name: str, console: Console) -> Stack | None:
    """The stack of the project in the working directory with this name; without any, the console is told."""
    report, root = Report(), _project_root(Path.cwd())
    path = find_stack_file(name, root, report)
    if path is None:
        print_findings(console, report)
        return None
    return _open(path, root, report)


def open_stack_file(path: Path, console: Console) -> Stack | None:
    """The stack of a file; without any, the console is told."""
    if not is_file(path):
        console.print(f"there is no stack file {shown_path(path)}", soft_wrap=True)
        return None
    root = _project_root(Path(os.path.realpath(path)).parent)  # `resolve` ends in a traceback for links in circles
    return _open(path, root, Report())


def _open(path: Path, root: Path, report: Report) -> Stack:
    stack = load_stack_file(path, root, report)
    return Stack(stack, read_configuration(stack, report), report)


def _project_root(start: Path) -> Path:
    """The nearest folder with a Pulumi.yaml, at or above `start`; `start` itself when there is none."""
    return next((folder for folder in (start, *start.parents) if is_file(folder / "Pulumi.yaml")), start)
