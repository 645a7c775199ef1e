"""Federation of services across Kubernetes clusters, at plan time.

What a program needs that compiles a stack by itself:

    report = Report()
    stack = load_stack_file(Path("Pulumi.dev.yaml"), root, report)
    configuration = read_configuration(stack, report)
    inventory = discover(configuration.config.clusters, stack, report)
    compilation = compile_federation(configuration, inventory, report)

`compilation.plan` must not be applied when `report.has_errors`. Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fedlib.compilation import Compilation, compile_federation
    from fedlib.config.load import Configuration, read_configuration
    from fedlib.config.stack_file import StackFile, find_stack_file, load_stack_file
    from fedlib.declarations.declaration import Declaration
    from fedlib.declarations.lineage import Lineage
    from fedlib.diagnostics.finding import Finding, Location, Ref, Severity
    from fedlib.diagnostics.report import Report
    from fedlib.discovery.discover import discover
    from fedlib.discovery.inventory import ClusterInventory, Inventory
    from fedlib.distribution.plan import Plan

__version__ = "0.1.0"

__all__ = [
    "ClusterInventory",
    "Compilation",
    "Configuration",
    "Declaration",
    "Finding",
    "Inventory",
    "Lineage",
    "Location",
    "Plan",
    "Ref",
    "Report",
    "Severity",
    "StackFile",
    "__version__",
    "compile_federation",
    "discover",
    "find_stack_file",
    "load_stack_file",
    "read_configuration",
]

_HOMES: Final = {
    "fedlib.compilation": ("Compilation", "compile_federation"),
    "fedlib.config.load": ("Configuration", "read_configuration"),
    "fedlib.config.stack_file": ("StackFile", "find_stack_file", "load_stack_file"),
    "fedlib.declarations.declaration": ("Declaration",),
    "fedlib.declarations.lineage": ("Lineage",),
    "fedlib.diagnostics.finding": ("Finding", "Location", "Ref", "Severity"),
    "fedlib.diagnostics.report": ("Report",),
    "fedlib.discovery.discover": ("discover",),
    "fedlib.discovery.inventory": ("ClusterInventory", "Inventory"),
    "fedlib.distribution.plan": ("Plan",),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name of `__all__` from its module: the command line starts faster without all of them."""
    if name not in _HOME_OF:
        message = f"module 'fedlib' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(importlib.import_module(_HOME_OF[name]), name)
