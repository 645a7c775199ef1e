"""The command line. Exit status: 0 fine, 1 errors found, 2 wrong usage."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from fedlib import __version__
from fedlib.cli.diff import diff
from fedlib.cli.exit_status import ERRORS, FINE, USAGE
from fedlib.cli.paths import shown_path
from fedlib.cli.render import write_plan, written_before
from fedlib.cli.stack import Stack, open_stack, open_stack_file
from fedlib.cli.summary import print_findings, print_summary
from fedlib.collector import without_collector
from fedlib.compilation import Compilation
from fedlib.config.schema import stack_schema
from fedlib.diagnostics import Severity
from fedlib.diagnostics.finding_groups import group_findings
from fedlib.diagnostics.regular_file import reason_of
from fedlib.diagnostics.text import finding_json, group_json, status_json
from fedlib.discovery.discover import live_cluster, no_secrets
from fedlib.discovery.inventory import Inventory
from fedlib.discovery.progress import terminal_progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file's name may hold what no encoding has
        sys.stdout.reconfigure(errors="backslashreplace")
    with without_collector():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    if options.command == "schema":
        sys.stdout.write(json.dumps(stack_schema(), indent=2) + "\n")
        return FINE
    console = Console(stderr=getattr(options, "output", "text") == "json")
    stack = _read_stack(options, console)
    if stack is None:
        return USAGE
    if options.command == "snapshot":
        return _snapshot(stack, options, console)
    if options.command == "diff":
        return diff(stack, options, console)
    inventory, compilation = stack.compile()
    if options.command == "check":
        return _check(inventory, compilation, options, console)
    return _render(stack, inventory, compilation, options, console)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fedlib", description="Federation of services, without Pulumi.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        which = sub.add_mutually_exclusive_group(required=True)
        which.add_argument("--stack", metavar="NAME", help="a stack: Pulumi.NAME.yaml in stackConfigDir of Pulumi.yaml")
        which.add_argument("--stack-file", metavar="PATH", type=Path, help="a stack file")
        return sub

    def verbose(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("-v", "--verbose", action="store_true", help="show each info, not their number alone")

    render = command("render", "Write every object to files: one folder for each cluster, one file for each namespace.")
    render.add_argument("--out", metavar="DIR", type=Path, help="the folder (default: out/NAME)")
    render.add_argument("--format", choices=("yaml", "json"), default="yaml", help="of the files (default: yaml)")
    verbose(render)
    check = command("check", "Report findings and statuses, and write nothing.")
    check.add_argument("--output", choices=("text", "json"), default="text", help="default: text")
    verbose(check)
    changes = command("diff", "Show what the plan changes: for callers, and object by object. Writes nothing.")
    changes.add_argument(
        "--against", metavar="PATH", type=Path,
        help="what is there now: a folder that `render` wrote (default: out/NAME), or a stack file",
    )  # fmt: skip
    changes.add_argument("--output", choices=("text", "json"), default="text", help="default: text")
    changes.add_argument("--all", action="store_true", help="show every line, not the first of each section alone")
    snapshot = command("snapshot", "Record the clusters that have a kubeconfig, as Kubernetes YAML.")
    snapshot.add_argument(
        "--out", metavar="DIR", type=Path, help="the folder (default: inventory); a folder for each cluster"
    )
    commands.add_parser("schema", help="Print the JSON Schema of stack files, for editors.")
    return parser


def _read_stack(options: argparse.Namespace, console: Console) -> Stack | None:
    if options.stack_file is not None:
        return open_stack_file(options.stack_file, console)
    return open_stack(options.stack, console)


def _check(inventory: Inventory, compilation: Compilation, options: argparse.Namespace, console: Console) -> int:
    if options.output == "json":
        sys.stdout.write(json.dumps(_as_json(compilation), indent=2) + "\n")
    else:
        print_summary(console, inventory, compilation)
        print_findings(console, compilation.report, verbose=options.verbose)
    return ERRORS if compilation.report.has_errors else FINE


def _as_json(compilation: Compilation) -> dict[str, Any]:
    details = compilation.details()
    return {
        "findings": [finding_json(finding) for finding in compilation.report],
        "findingGroups": [group_json(group) for group in group_findings(compilation.report)],
        "statuses": [{**status_json(status), **details.get(status.resource, {})} for status in compilation.statuses],
        "objects": compilation.plan.counts(),
        "digest": compilation.plan.digest(),
    }


def _render(
    stack: Stack, inventory: Inventory, compilation: Compilation, options: argparse.Namespace, console: Console
) -> int:
    print_summary(console, inventory, compilation)
    print_findings(console, compilation.report, verbose=options.verbose)
    if compilation.report.has_errors:
        console.print(
            "Nothing was written: a folder never receives a part of a plan. Mend the errors first.", soft_wrap=True
        )
        return ERRORS
    out: Path = options.out or stack.file.root / "out" / stack.file.name
    before = 0 if len(compilation.plan) else written_before(out)
    if before:
        console.print(
            f"Nothing was written: the plan is empty, and {shown_path(out)} holds {before} files of an earlier one. "
            "If they are to go, remove the folder.", soft_wrap=True,
        )  # fmt: skip
        return ERRORS
    try:
        written = write_plan(compilation.plan, out, options.format)
    except OSError as error:
        console.print(f"{shown_path(out)} cannot be written: {reason_of(error)}", soft_wrap=True)
        return ERRORS
    wrote = f"Wrote {len(compilation.plan)} objects in {len(written)} files to [bold]{shown_path(out)}[/]"
    console.print(wrote, soft_wrap=True)
    return FINE


def _snapshot(stack: Stack, options: argparse.Namespace, console: Console) -> int:
    # imported here because only this command needs the Kubernetes client
    from fedlib.discovery.snapshot_file import record

    out: Path = options.out or stack.file.root / "inventory"
    live = {}
    for name, cluster in stack.configuration.config.clusters.items():
        if cluster.kubeconfig is None and cluster.inventory is not None:
            continue  # somebody records it elsewhere
        source = live_cluster(name, cluster, stack.file, stack.report, no_secrets)
        if source is not None:
            live[name] = source
    with terminal_progress() as progress:
        counts = record(live, {name: out / name for name in live}, stack.report, progress)
    for name, count in sorted(counts.items()):
        console.print(f"{name}: {count} objects in {shown_path(out / name)}", soft_wrap=True)
    if live or stack.report.has_errors:
        print_findings(console, (f for f in stack.report if f.severity is not Severity.INFO))
        return ERRORS if stack.report.has_errors else FINE
    console.print("Nothing was recorded: no cluster of the stack has a kubeconfig.", soft_wrap=True)
    return ERRORS
