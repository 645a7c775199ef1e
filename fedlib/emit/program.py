"""The Pulumi program: config to discovery to plan to resources. Findings become diagnostics of the preview."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pulumi

from fedlib.collector import without_collector
from fedlib.compilation import Compilation, compile_federation
from fedlib.config.load import read_configuration
from fedlib.config.stack import StackConfig
from fedlib.config.stack_file import PROJECT, StackFile, find_stack_file, load_stack_file
from fedlib.diagnostics import Report, Severity
from fedlib.diagnostics.finding_groups import group_findings
from fedlib.diagnostics.source import Source
from fedlib.diagnostics.text import counts_text, group_text, status_json
from fedlib.discovery.discover import discover
from fedlib.distribution.plan import hosts_of
from fedlib.emit.components import FederationComponent
from fedlib.emit.providers import find_targets

_LOGS: Final = {Severity.ERROR: pulumi.log.error, Severity.WARNING: pulumi.log.warn, Severity.INFO: pulumi.log.info}


def run(root: Path) -> None:
    """Run the program of the current stack.

    Args:
        root: the project's folder, which paths of the stack are relative to.

    Raises:
        pulumi.RunError: the input has errors. They have been logged, all of them, and nothing is declared.
    """
    with without_collector():
        _declare(root)


def _declare(root: Path) -> None:
    report = Report()
    config = pulumi.Config(PROJECT)
    stack = _read_stack(root, config, report)
    configuration = read_configuration(stack, report)
    targets = find_targets(configuration.config.clusters, stack, config, report)
    inventory = discover(configuration.config.clusters, stack, report, config.get)
    compilation = compile_federation(configuration, inventory, report)
    component = FederationComponent(PROJECT)
    groups = group_findings(report)
    for one in groups:
        _LOGS[one.severity](group_text(one), resource=component)
    if report.has_errors:
        raise pulumi.RunError(f"{counts_text(groups)}: see above. Nothing was declared.")
    outputs = _outputs(compilation)
    component.declare(compilation.plan, targets, outputs)
    for name, value in outputs.items():
        pulumi.export(name, value)


def _read_stack(root: Path, config: pulumi.Config, report: Report) -> StackFile:
    """The values as Pulumi has them (stack file, project, environments), and the file for the lines of findings."""
    path = find_stack_file(pulumi.get_stack(), root, Report())
    if path is not None:
        file = load_stack_file(path, root, report)
    else:  # every value may come from an environment
        file = StackFile(pulumi.get_stack(), root, Source(f"Pulumi.{pulumi.get_stack()}.yaml"), {})
    known = [field.alias or name for name, field in StackConfig.model_fields.items()]
    unknown = {key: value for key, value in file.values.items() if key not in known}
    values = {key: value for key in known if (value := _value(config, key)) is not None}
    return StackFile(file.name, root, file.source, {**unknown, **values})


def _value(config: pulumi.Config, key: str) -> Any:
    """A value of Pulumi's config: objects and lists arrive as JSON, words as they are."""
    text = config.get(key)
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _outputs(compilation: Compilation) -> dict[str, Any]:
    """What the stack exports: small, sorted, and without anything secret."""
    return {
        "objects": compilation.plan.counts(),
        "hosts": {cluster: list(hosts) for cluster, hosts in hosts_of(compilation.plan).items()},
        "statuses": [status_json(status) for status in compilation.statuses],
        "digest": compilation.plan.digest(),
    }
