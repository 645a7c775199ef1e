"""Objects as YAML text, fast: each distinct spec is dumped once, and copies of an object differ in two words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedlib.diagnostics.yaml_text import dump_yaml
from fedlib.istio.object import Declaration

_PLACEHOLDER: Final = "@namespace@"


class YamlText:
    """Writes declarations. It remembers the texts of specs, so use one for a whole plan."""

    def __init__(self) -> None:
        self._specs: dict[int, str] = {}
        self._names: dict[str, str] = {}

    def document(self, declaration: Declaration, namespace: str) -> str:
        """The text of one object, with keys in Kubernetes' order."""
        return self._template(declaration).replace(f"'{_PLACEHOLDER}'", self._scalar(namespace))

    def documents(self, declarations: Iterable[Declaration], namespace: str) -> str:
        """The text of several objects, separated as documents."""
        return "".join(f"---\n{self.document(declaration, namespace)}" for declaration in declarations)

    def _template(self, declaration: Declaration) -> str:
        head = {"apiVersion": declaration.api_version, "kind": declaration.kind}
        metadata = dump_yaml({"metadata": declaration.metadata(_PLACEHOLDER)})
        return dump_yaml(head) + metadata + self._spec(declaration)

    def _spec(self, declaration: Declaration) -> str:
        text = self._specs.get(id(declaration.spec))
        if text is None:
            text = dump_yaml({"spec": declaration.spec})
            self._specs[id(declaration.spec)] = text
        return text

    def _scalar(self, namespace: str) -> str:
        """A namespace's name as YAML writes it: one named `true` or `1` needs quotes."""
        text = self._names.get(namespace)
        if text is None:
            text = self._names.setdefault(namespace, dump_yaml([namespace]).removeprefix("- ").rstrip("\n"))
        return text
