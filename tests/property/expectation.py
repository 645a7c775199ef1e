"""Who may use what, said again in a few naive lines over the plain stack config, to hold the compile against.

Membership is taken from the compile (golden cases hold it); sharing and consumers are worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from fedlib.compilation import Compilation
from fedlib.discovery.inventory import Service
from tests.property.world import World

Plain = dict[str, Any]


@dataclass
class Expectation:
    """What follows from a world for the consumers of its Services."""

    world: World
    compilation: Compilation
    owners: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        """Take the membership."""
        assert self.compilation.snapshot is not None
        self.owners = dict(self.compilation.snapshot.owners)

    def owner(self, service: Service) -> str | None:
        """The workspace of a Service."""
        return self.owners.get((service.cluster, service.namespace))

    def setting(self, workspace: str, name: str) -> Any:
        """An effective setting: the global one where it is set."""
        own = self.world.config["workspaces"][workspace]["settings"]
        overall = self.world.config.get("globalSettings", {})
        return overall.get(name, own.get(name)) or []

    def federation(self, workspace: str) -> Plain:
        """The effective `options.federation`."""
        own = self.world.config["workspaces"][workspace]["settings"]["options"]["federation"]
        overall = self.world.config.get("globalSettings", {}).get("options", {})
        found: Plain = overall.get("federation", own)
        return found

    def crosses(self, owner: str, consumer: str, service: Service) -> bool:
        """Whether both sides agree that `consumer` may use a Service of `owner`."""
        return self._offers(self.setting(owner, "exportTo"), consumer, service) and self._offers(
            self.setting(consumer, "importFrom"), owner, service
        )

    def _offers(self, entries: Iterable[Plain], partner: str, service: Service) -> bool:
        labels = self.world.config["workspaces"][partner].get("labels", {})
        return any(
            any(
                fnmatchcase(partner, w.get("name", "*")) and w.get("selector", {}).items() <= labels.items()
                for w in entry["workspaces"]
            )
            and (not entry.get("resources") or any(_selects(r, service) for r in entry["resources"]))
            for entry in entries
        )

    def hosts(self) -> dict[str, tuple[Service, set[str]]]:
        """Each host that anyone federates, with its Service and the workspaces that may call it."""
        found: dict[str, tuple[Service, set[str]]] = {}
        names = sorted(self.world.config["workspaces"])
        for service in self.world.services():
            owner = self.owner(service)
            for name in names if owner else ():
                assert owner is not None
                federation = self.federation(name)
                selectors = federation.get("serviceSelector", [])
                selected = any(_selects(selector, service, owner) for selector in selectors)
                if not federation["enabled"] or (selectors and not selected):
                    continue
                if name == owner:
                    consumers = {owner, *(w for w in names if w != owner and self.crosses(owner, w, service))}
                elif selectors and self.crosses(owner, name, service):
                    consumers = {name}
                else:
                    continue
                parts = [service.name, service.namespace, "svc", service.cluster, federation.get("hostSuffix")]
                host = ".".join(part for part in parts if part)
                found.setdefault(host, (service, set()))[1].update(consumers)
        return found

    def namespaces(self, workspaces: Iterable[str], cluster: str | None = None) -> set[tuple[str, str]]:
        """(cluster, namespace) of all namespaces of some workspaces."""
        return {key for key, owner in self.owners.items() if owner in set(workspaces) and cluster in (None, key[0])}


def _selects(selector: Plain, service: Service, owner: str = "") -> bool:
    return (
        selector.get("kind", "ALL") in ("ALL", "SERVICE")
        and selector.get("name", service.name) == service.name
        and selector.get("namespace", service.namespace) == service.namespace
        and selector.get("cluster", service.cluster) == service.cluster
        and selector.get("workspace", owner) == owner
        and selector.get("labels", {}).items() <= service.labels.items()
    )
