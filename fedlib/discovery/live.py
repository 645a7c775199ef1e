"""Live discovery: all clusters at once, a thread each, through their API servers.

A cluster is read as a whole or not at all: what fails is reported and absent from the result.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.discovery.api_server import ApiServer, ForbiddenError, UnreadableError
from fedlib.discovery.assemble import Found, assemble
from fedlib.discovery.inventory import ClusterInventory, Istiod, Namespace, Workload
from fedlib.discovery.istio_settings import is_istiod
from fedlib.discovery.kinds import KUBERNETES_RESOURCES, NAMESPACES, OTHER_WORKLOADS, Resource
from fedlib.discovery.kubeconfig import UnusableKubeconfigError, open_client
from fedlib.discovery.live_cluster import Limits, LiveCluster
from fedlib.discovery.live_settings import read_settings
from fedlib.discovery.objects import Discovered, parse_object
from fedlib.discovery.pending import PendingFindings
from fedlib.discovery.progress import Progress, silent

T = TypeVar("T")

Take = Callable[[Any, str, Report], T | None]
"""Turns an object of a cluster, as the API server returned it, into what is kept of it."""


def discover_live(
    clusters: Mapping[str, LiveCluster],
    report: Report,
    progress: Progress = silent,
    limits: Limits | None = None,
) -> dict[str, ClusterInventory]:
    """Read what exists in each cluster; one that cannot be read is reported and absent from the result."""
    inventories = {}
    readings: Iterator[tuple[str, list[Discovered]]]
    readings = read_clusters(clusters, _parse, report, progress, limits or Limits())
    for name, found in readings:
        inventory = inventory_of(clusters[name], ((one, None) for one in found), report)
        if inventory:
            inventories[name] = inventory
    return dict(sorted(inventories.items()))


def inventory_of(cluster: LiveCluster, found: Iterable[Found], report: Report) -> ClusterInventory | None:
    """The inventory of what was read live; None (and reported) when there is no Namespace, which cannot be."""
    objects = list(found)
    if any(isinstance(one, Namespace) for one, _ in objects):
        return assemble(cluster.name, objects, report, live=True)
    advice = "check which API server the kubeconfig names, and what its user may see"
    _unreadable(cluster, "its API server lists no Namespace", advice, report)
    return None


def read_clusters(
    clusters: Mapping[str, LiveCluster], take: Take[T], report: Report, progress: Progress, limits: Limits
) -> Iterator[tuple[str, list[T]]]:
    """Yield each cluster's objects as soon as all of them are there; clusters that fail are reported.

    A thread that outlives its cluster's deadline (a credential plugin that hangs) is given up. It holds nothing that
    counts, and as a daemon it does not keep the program from ending.
    """
    waiting = deque(_Reading(clusters[name], take, progress, limits) for name in sorted(clusters))
    running: dict[str, _Reading[T]] = {}
    finished: queue.SimpleQueue[str] = queue.SimpleQueue()
    while waiting or running:
        while waiting and len(running) < limits.parallel:
            reading = waiting.popleft()
            running[reading.cluster.name] = reading
            reading.start(finished)
        try:
            patience = min(reading.given_up_at for reading in running.values()) - time.monotonic()
            done = running.pop(finished.get(timeout=max(patience, 0)), None)
        except queue.Empty:
            for name in [name for name, one in running.items() if one.given_up_at <= time.monotonic()]:
                del running[name]
                advice = "check the credential plugin of its kubeconfig and the network"
                _unreadable(clusters[name], f"it was not read within {limits.deadline:g} seconds", advice, report)
                progress(name, "", -1, done=True)
            continue
        if done is None:
            continue  # it was given up before
        found = done.result(report)
        progress(done.cluster.name, "", -1 if found is None else len(found), done=True)
        if found is not None:
            yield done.cluster.name, found


@dataclass(slots=True)
class _Reading(Generic[T]):
    """The reading of one cluster in a thread of its own."""

    cluster: LiveCluster
    take: Take[T]
    progress: Progress
    limits: Limits
    given_up_at: float = 0
    findings: PendingFindings = field(default_factory=PendingFindings)
    istiods: list[tuple[str, Istiod]] = field(default_factory=list)
    found: list[T] | None = None
    bug: Exception | None = None

    def start(self, finished: queue.SimpleQueue[str]) -> None:
        self.given_up_at = time.monotonic() + self.limits.deadline + self.limits.grace
        threading.Thread(target=self._run, args=(finished,), name=f"discover {self.cluster.name}", daemon=True).start()

    def result(self, report: Report) -> list[T] | None:
        """What was found; None when the cluster could not be read."""
        if self.bug:
            raise self.bug
        self.findings.hand_over(report)
        return self.found

    def _run(self, finished: queue.SimpleQueue[str]) -> None:
        name = self.cluster.name
        try:
            self.found = self._read()
        except UnusableKubeconfigError as error:
            self.findings.add(
                catalogue.KUBECONFIG_UNUSABLE, Ref("Cluster", name), self.cluster.location,
                cluster=name, kubeconfig=self.cluster.shown, reason=str(error),
            )  # fmt: skip
        except UnreadableError as error:
            _unreadable(self.cluster, error.reason, error.advice, self.findings)
        except Exception as error:  # a bug, raised again in the main thread
            self.bug = error
        finished.put(name)

    def _read(self) -> list[T]:
        with open_client(self.cluster, self.limits) as client:
            server = ApiServer(client, self.limits)
            groups = server.groups()
            # pods come first, so that what made them is known unless it was deleted meanwhile
            found = self._list_where_allowed(server, groups)
            found += self._list(server, (*KUBERNETES_RESOURCES, *server.gloo_resources(groups)))
            settings = read_settings(server, groups, self.istiods, self.cluster, self.findings)
            found += [taken for taken in map(self._take, settings) if taken is not None]
            # Namespaces come last, so that the namespace of every object that was created meanwhile is known
            return found + self._list(server, (NAMESPACES,))

    def _list(self, server: ApiServer, resources: Iterable[Resource]) -> list[T]:
        found: list[T] = []
        for resource in resources:
            listed = server.list_all(resource, self._take, self._count(resource.kind))
            self.progress(self.cluster.name, resource.kind, len(listed), done=True)
            found += listed
        return found

    def _list_where_allowed(self, server: ApiServer, groups: Iterable[Mapping[str, Any]]) -> list[T]:
        """What else may run pods, of the served kinds that the user may list; that others may exist is reported."""
        found: list[T] = []
        refused: list[ForbiddenError] = []
        for resource in OTHER_WORKLOADS:
            try:
                if server.serves(resource, groups):
                    found += self._list(server, (resource,))
            except ForbiddenError as error:
                refused.append(error)
        if refused:
            self.findings.add(
                catalogue.WORKLOADS_UNKNOWN, Ref("Cluster", self.cluster.name), self.cluster.location,
                cluster=self.cluster.name, reasons="; ".join(error.reason for error in refused),
            )  # fmt: skip
        return found

    def _take(self, document: Any) -> T | None:
        if is_istiod(document):
            parsed = parse_object(document, self.cluster.name, None, Report())
            if isinstance(parsed, Workload) and parsed.istiod:
                self.istiods.append((parsed.namespace, parsed.istiod))
        return self.take(document, self.cluster.name, self.findings)

    def _count(self, kind: str) -> Callable[[int], None]:
        return lambda count: self.progress(self.cluster.name, kind, count, done=False)


def _parse(document: Any, cluster: str, report: Report) -> Discovered | None:
    return parse_object(document, cluster, None, report)


def _unreadable(cluster: LiveCluster, reason: str, advice: str, report: Report) -> None:
    subject = Ref("Cluster", cluster.name)
    report.add(
        catalogue.CLUSTER_UNREADABLE, subject, cluster.location, cluster=cluster.name, reason=reason, advice=advice
    )
