"""Objects as YAML text, fast: each distinct spec is dumped once, and copies of an object differ in two words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import yaml

from fedlib.istio.object import Declaration

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PLACEHOLDER: Final = "@namespace@"


class _PlainDumper(_Dumper):  # type: ignore[misc]
    """Writes shared parts out instead of using anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write an anchor."""
        return True


def dump(value: Any) -> str:
    """A value as block-style YAML with sorted keys."""
    text: str = yaml.dump(value, Dumper=_PlainDumper, sort_keys=True, default_flow_style=False, width=2**16)
    return text


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
        metadata = dump({"metadata": declaration.metadata(_PLACEHOLDER)})
        return dump(head) + metadata + self._spec(declaration)

    def _spec(self, declaration: Declaration) -> str:
        text = self._specs.get(id(declaration.spec))
        if text is None:
            text = dump({"spec": declaration.spec})
            self._specs[id(declaration.spec)] = text
        return text

    def _scalar(self, namespace: str) -> str:
        """A namespace's name as YAML writes it: one named `true` or `1` needs quotes."""
        text = self._names.get(namespace)
        if text is None:
            text = self._names.setdefault(namespace, dump([namespace]).removeprefix("- ").rstrip("\n"))
        return text
