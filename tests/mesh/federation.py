"""The project's own program, run by the real Pulumi engine, on the clusters of the mesh."""

import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from tests.engine.program import Engine, Run
from tests.engine.tools import REPOSITORY

from .bed import Mesh


class Federation:
    """One stack, declared anew by each scenario."""

    def __init__(self, engine: Engine, mesh: Mesh) -> None:
        """Nothing is declared yet."""
        self._mesh = mesh
        self._stack = engine.stack("mesh", REPOSITORY, parts=("Pulumi.yaml", "__main__.py"))

    def declare(
        self,
        workspaces: dict[str, Any],
        *resources: dict[str, Any],
        settle: bool = True,
        without: Sequence[str] = (),
        **keys: Any,
    ) -> Run:
        """`pulumi up` of a stack with these workspaces, Gloo resources and keys; wait until the proxies have it.

        All clusters are in the stack but those that are named.
        """
        clusters = {
            name: {"kubeconfig": {"path": str(cluster.kubeconfig), "context": name}}
            for name, cluster in self._mesh.clusters.items()
            if name not in without
        }
        values = {"clusters": clusters, "workspaces": workspaces, "resources": list(resources), **keys}

        def edit(config: dict[str, Any]) -> None:
            config.clear()
            config.update({f"federation:{key}": value for key, value in values.items()})

        self._stack.edit_config(edit)
        run = self._stack.up()
        if settle:
            self._mesh.settle()
        return run

    def check(self) -> dict[str, str]:
        """`python -m fedlib check` of what was declared last: the codes of the findings with their messages."""
        from fedlib.cli.main import main  # here, because on a standing bed its modules are imported anew for each run

        output = StringIO()
        with redirect_stdout(output):
            main(["check", "--stack-file", str(self._stack.config_file), "--output", "json"])
        return {finding["code"]: finding["message"] for finding in json.loads(output.getvalue())["findings"]}
