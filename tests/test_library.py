"""The names that a program imports from `fedlib`."""

from __future__ import annotations

import ast
from pathlib import Path

import fedlib
from fedlib import Report, compile_federation, discover, load_stack_file, read_configuration

ROOT = Path(__file__).parent.parent


def test_every_name_is_there_and_typed() -> None:
    """What `__all__` lists can be imported, and is imported for type checkers under the same name."""
    for name in fedlib.__all__:
        assert getattr(fedlib, name) is not None
    tree = ast.parse((ROOT / "fedlib" / "__init__.py").read_text(encoding="utf-8"))
    typed = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(fedlib.__all__) - {"__version__"} <= typed
    assert (ROOT / "fedlib" / "py.typed").is_file()


def test_the_example_of_the_docstring() -> None:
    """A program reads the demo's stack and compiles it."""
    report = Report()
    stack = load_stack_file(ROOT / "stacks" / "Pulumi.dev.yaml", ROOT, report)
    configuration = read_configuration(stack, report)
    inventory = discover(configuration.config.clusters, stack, report)
    compilation = compile_federation(configuration, inventory, report)
    assert not report.has_errors
    assert len(compilation.plan) > 100
