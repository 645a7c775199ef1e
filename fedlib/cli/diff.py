"""What a plan changes against a folder that `render` wrote, or against the plan of another stack file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from fedlib.cli.exit_status import ERRORS, FINE, USAGE
from fedlib.cli.paths import shown_path
from fedlib.cli.stack import Stack, open_stack_file
from fedlib.cli.summary import print_findings
from fedlib.compilation import Compilation
from fedlib.diagnostics import Report
from fedlib.diagnostics.folder_walk import is_folder
from fedlib.diagnostics.regular_file import is_file
from fedlib.diff.as_json import difference_json
from fedlib.diff.difference import difference
from fedlib.diff.side import Side, planned_side, recorded_side
from fedlib.diff.text import difference_lines
from fedlib.discovery.inventory import Inventory


def diff(stack: Stack, options: argparse.Namespace, console: Console) -> int:
    """Print what a stack's plan changes, and return the exit status. Errors of either side stop it."""
    against: Path = options.against or stack.file.root / "out" / stack.file.name
    if not is_folder(against) and not is_file(against):
        how = "" if options.against else " `render` writes a plan there, or name one with --against."
        console.print(f"There is nothing to compare with: {shown_path(against)} does not exist.{how}", soft_wrap=True)
        return USAGE
    inventory, compilation = stack.compile()
    after = _planned(compilation, inventory, console)
    before = None if after is None else _present(against, stack, (inventory, compilation), options, console)
    if after is None or before is None:
        console.print(
            "Nothing was compared: a part of a mesh is not compared with a whole one. Mend the errors first.",
            soft_wrap=True,
        )
        return ERRORS
    found = difference(before, after)
    if options.output == "json":
        sys.stdout.write(json.dumps(difference_json(found), indent=2) + "\n")
        return FINE
    for line in difference_lines(found, every=options.all):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    return FINE


def _planned(compilation: Compilation, inventory: Inventory, console: Console) -> Side | None:
    if compilation.report.has_errors:
        print_findings(console, compilation.report)
        return None
    return planned_side(compilation, inventory)


def _present(
    against: Path,
    stack: Stack,
    compiled: tuple[Inventory, Compilation],
    options: argparse.Namespace,
    console: Console,
) -> Side | None:
    """What is there now, as `--against` says; None with errors, which are printed."""
    if not is_folder(against):
        other = open_stack_file(against, console)
        if other is None:
            return None
        inventory, compilation = other.compile()
        return _planned(compilation, inventory, console)
    report, (inventory, compilation) = Report(), compiled
    shown = stack.file.show(against, str(options.against or ""))
    found = recorded_side(compilation, inventory, against, shown, report)
    if found is None:
        print_findings(console, report)
    return found
