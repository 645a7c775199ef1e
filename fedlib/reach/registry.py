"""All hosts of a cluster, by who sees them.

Source: `initServiceRegistry`, `serviceExportTo` and `addServiceAccounts` in `pilot/pkg/model/push_context.go` of
istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fedlib.reach.cluster import Cluster
from fedlib.reach.entries import Entry, EntrySpec, listed_entries, read_entry, service_entry

EVERYBODY = "*"
NOBODY = "~"
OWN = "."


ReadSpecs = dict[int, EntrySpec]
"""What the specs of ServiceEntries say, by the identity of the spec: copies share it."""


class Registry:
    """The entries of a cluster, each list with the oldest first."""

    def __init__(self, cluster: Cluster, read: ReadSpecs) -> None:
        self._cluster, self._read = cluster, read
        self.domain = cluster.settings.cluster_domain
        self.public: dict[str, list[Entry]] = defaultdict(list)
        """What everybody sees, by host."""
        self.exported: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        """What single namespaces see beside that, by namespace and host."""
        self.standing: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        """Everything, by host and the namespace that it stands in, seen or not."""
        for entry in sorted(self._entries(), key=lambda one: one.age):
            self.standing[entry.host, entry.namespace].append(entry)
            self._show(entry)

    def _entries(self) -> Iterator[Entry]:
        cluster = self._cluster
        for service in cluster.services:
            yield service_entry(service, cluster.namespace(service.namespace), cluster.settings.cluster_domain)
        for thing in cluster.of_kind("ServiceEntry"):
            spec = self._read.get(id(thing.spec))
            if spec is None:
                spec = self._read[id(thing.spec)] = read_entry(thing.spec)
            yield from listed_entries(thing, spec, cluster.namespace(thing.namespace))

    def _show(self, entry: Entry) -> None:
        shown = self._export(entry)
        if EVERYBODY in shown:
            self.public[entry.host].append(entry)
        elif NOBODY not in shown:
            own = entry.namespace
            for namespace in {own if one == OWN else one for one in shown}:
                self.exported[namespace][entry.host].append(entry)

    def _export(self, entry: Entry) -> tuple[str, ...]:
        """Who sees an entry: what it says, or the mesh's default, within `serviceEntryVisibility`."""
        settings = self._cluster.settings
        shown = entry.spec.export_to or settings.service_export_to
        namespace = self._cluster.namespace(entry.namespace)
        if entry.spec.kubernetes or settings.visibility is None or namespace is None or set(shown) == {NOBODY}:
            return shown
        level = settings.visibility.of(namespace)
        if level == "PUBLIC":
            return shown
        seen_at_home = not {EVERYBODY, OWN, entry.namespace}.isdisjoint(shown)
        return (OWN,) if level == "NAMESPACE" and seen_at_home else (NOBODY,)
