"""Drives a Pulumi program with the real CLI, as `pulumi preview`, `up`, `refresh`, `destroy` do.

The program runs inside this process (the Automation API calls it back), because no registry
serves Pulumi's language plugin for Python. Three things differ from a program that the CLI starts:
modules stay imported between runs, so their state stays; the working directory is this process's,
so a run changes it for its time; and `print` goes to the tests' output.
"""

import gc
import json
import os
import re
import runpy
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import CoroutineType
from typing import Any, TypeGuard

import yaml
from pulumi.automation import (
    CommandError,
    ConfigValue,
    EngineEvent,
    LocalWorkspace,
    OutputMap,
    PulumiCommand,
    Stack,
    UpdateSummary,
)
from pulumi.automation._stack import StackInitMode

from .provider_double import VERSION as DOUBLE_VERSION
from .tools import KUBERNETES_PLUGIN, Tools

PROJECT_PARTS = ("Pulumi.yaml", "__main__.py", "stacks", "inventory", "gloo")

_COLOURS = re.compile(r"<\{%.*?%\}>")
_PASSPHRASE = "only-for-tests"


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, or in a preview would happen, to one resource."""

    op: str
    type: str
    name: str
    urn: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one command; secrets in outputs read `[secret]`."""

    command: str
    changes: Mapping[str, int]
    steps: tuple[Step, ...]
    outputs: Mapping[str, Any]
    diagnostics: str

    def names(self, *ops: str, prefix: str = "kubernetes:") -> set[str]:
        """The resources that one of `ops` happened to, by default the Kubernetes objects."""
        return {s.name for s in self.steps if s.op in ops and s.type.startswith(prefix)}

    def changed(self, name: str) -> tuple[str, ...]:
        """The property paths that differ for one resource."""
        return next((s.changed for s in self.steps if s.name == name and s.changed), ())


class RunFailedError(Exception):
    """The command failed; `run` is what happened until then."""

    def __init__(self, run: Run) -> None:
        """Show the diagnostics."""
        super().__init__(f"pulumi {run.command} failed:\n{run.diagnostics}")
        self.run = run


@contextmanager
def interrupted_programs_forgotten() -> Iterator[None]:
    """Say nothing about what failed runs leave of their programs, inside the block and after it.

    A failed run leaves its program's coroutine, which Python collects at any later time and then
    reports. To show the report, pytest parses source, and Python 3.11.7 fails if it was just
    parsing something else.
    """
    shown = sys.unraisablehook

    def show(left: "sys.UnraisableHookArgs") -> None:
        if not _is_program(left.object):
            shown(left)

    sys.unraisablehook = show
    try:
        yield
    finally:
        for program in filter(_is_program, gc.get_objects()):
            with suppress(RuntimeError, ValueError):
                program.close()
        sys.unraisablehook = shown


def _is_program(thing: object) -> TypeGuard["CoroutineType[Any, Any, Any]"]:
    return isinstance(thing, CoroutineType) and thing.__name__ == "run_in_stack"


class Engine:
    """The Pulumi CLI with a home, plugins and a backend of its own in one directory."""

    def __init__(self, tools: Tools, directory: Path) -> None:
        """Install the CLI and the Kubernetes provider there: the real one or its double."""
        self._directory = directory
        for name in ("bin", "home", "tmp"):
            (directory / name).mkdir()
        (directory / "bin" / "pulumi").symlink_to(tools.pulumi)
        self._cli = PulumiCommand(root=str(directory))
        version = f"resource-kubernetes-v{DOUBLE_VERSION}"
        plugin = directory / "home" / "plugins" / version / KUBERNETES_PLUGIN
        plugin.parent.mkdir(parents=True)
        if tools.kubernetes_plugin:
            plugin.symlink_to(tools.kubernetes_plugin)
        else:
            plugin.write_text(_double_launcher())
            plugin.chmod(0o755)

    def stack(
        self,
        name: str,
        project: Path,
        program: Callable[[], None] | None = None,
        parts: Iterable[str] = PROJECT_PARTS,
    ) -> "ProgramStack":
        """A stack of a copy of the project; it runs `program`, or else its `__main__.py`."""
        home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._directory))
        copy = home / "project"
        (home / "state").mkdir()
        copy.mkdir()
        for part in parts:
            source = project / part
            if source.is_dir():
                shutil.copytree(source, copy / part)
            elif source.exists():
                shutil.copy(source, copy / part)
        workspace = LocalWorkspace(
            work_dir=str(copy),
            pulumi_home=str(self._directory / "home"),
            program=program or (lambda: _run_main(copy, project)),
            env_vars={
                "PULUMI_BACKEND_URL": f"file://{home / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "TMPDIR": str(self._directory / "tmp"),
            },
            pulumi_command=self._cli,
        )
        return ProgramStack(copy, _Stack(name, workspace, StackInitMode.CREATE))


class _Stack(Stack):
    """A stack that asks the CLI nothing after a command: the events have said it all, and each question takes time."""

    def outputs(self) -> OutputMap:
        """None here; see `Run.outputs`."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:
        """Nothing that the events have not said; see `Run`."""
        return UpdateSummary("", datetime.now(UTC), "", {}, {}, "")


class ProgramStack:
    """One stack of a program: its configuration, and what the CLI does with it."""

    def __init__(self, project: Path, stack: Stack) -> None:
        """Use `Engine.stack` instead."""
        self.project = project
        self._stack = stack

    def preview(self, parallel: int = 16) -> Run:
        """`pulumi preview`."""
        return self._run("preview", self._stack.preview, parallel)

    def up(self, parallel: int = 16) -> Run:
        """`pulumi up`."""
        return self._run("up", self._stack.up, parallel)

    def refresh(self, parallel: int = 16) -> Run:
        """`pulumi refresh`: the state takes over what is live, the steps say what drifted."""
        return self._run("refresh", self._stack.refresh, parallel)

    def destroy(self, parallel: int = 16) -> Run:
        """`pulumi destroy`."""
        return self._run("destroy", self._stack.destroy, parallel)

    def set_secret(self, key: str, value: str) -> None:
        """`pulumi config set --secret`."""
        self._stack.set_config(key, ConfigValue(value, secret=True))

    def edit_config(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Edit the stack file's `config` by hand, as a user does in an editor."""
        file = self.config_file
        content = yaml.safe_load(file.read_text()) if file.exists() else {}
        edit(content.setdefault("config", {}))
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def state(self) -> list[dict[str, Any]]:
        """The resources as the backend keeps them: secrets encrypted."""
        (file,) = self.project.parent.glob(f"state/.pulumi/stacks/*/{self._stack.name}.json")
        latest = json.loads(file.read_text())["checkpoint"]["latest"] or {}
        resources: list[dict[str, Any]] = latest.get("resources") or []
        return resources

    @property
    def config_file(self) -> Path:
        """The stack file."""
        settings = yaml.safe_load((self.project / "Pulumi.yaml").read_text())
        folder = self.project / settings.get("stackConfigDir", ".")
        return Path(folder / f"Pulumi.{self._stack.name}.yaml")

    def _run(self, command: str, action: Callable[..., object], parallel: int) -> Run:
        events = _Events()
        with chdir(self.project):
            try:
                action(parallel=parallel, on_event=events, color="never")
            except CommandError as error:
                raise RunFailedError(events.run(command, str(error))) from None
        return events.run(command)


@dataclass(slots=True)
class _Events:
    """Collects the engine's events, which arrive on other threads."""

    changes: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    diagnostics: list[str] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def __call__(self, event: EngineEvent) -> None:
        if event.diagnostic_event and event.diagnostic_event.severity != "debug":
            said = _COLOURS.sub("", event.diagnostic_event.message).strip()
            self.diagnostics.append(f"{event.diagnostic_event.severity}: {said}")
        elif event.summary_event:
            self.changes = {str(op): n for op, n in event.summary_event.resource_changes.items()}
        elif event.res_outputs_event:
            metadata = event.res_outputs_event.metadata
            self.steps.append(_step(metadata))
            if metadata.type == "pulumi:pulumi:Stack" and metadata.new:
                self.outputs = dict(metadata.new.outputs or {})
        elif event.cancel_event:
            self.ended.set()

    def run(self, command: str, failure: str = "") -> Run:
        """The result, once the last event is there."""
        if not self.ended.wait(10) and not failure:
            raise TimeoutError(f"pulumi {command}: the engine's last event did not arrive")
        said = "\n".join(self.diagnostics) or failure
        return Run(command, self.changes, tuple(self.steps), self.outputs, said)


def _step(metadata: Any) -> Step:
    changed = tuple(sorted(metadata.detailed_diff or metadata.diffs or ()))
    return Step(
        op=metadata.op.value,
        type=metadata.type,
        name=metadata.urn.rsplit("::", 1)[-1],
        urn=metadata.urn,
        changed=changed,
    )


def _run_main(copy: Path, project: Path) -> None:
    """The copy's program, which imports its modules from the project itself."""
    if str(project) not in sys.path:
        sys.path.insert(0, str(project))
    runpy.run_path(str(copy / "__main__.py"), run_name="__main__")


def _double_launcher() -> str:
    """A script that starts the double with this Python, wherever the tests' package is."""
    package = __name__.rpartition(".")[0]
    root = Path(__file__).resolve().parents[package.count(".") + 1]
    path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    return (
        "#!/bin/sh\n"
        f"PYTHONPATH='{path}' PYTHONDONTWRITEBYTECODE=1 "
        f"exec '{sys.executable}' -m {package}.provider_double \"$@\"\n"
    )
