"""Steady requests while something changes, and how many of them were lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread

from .answers import Answers
from .bed import Mesh
from .pod import Answer
from .shop import client, eventually
from .workload import Workload


class Load:
    """Steady requests of some clients to some hosts, until it is stopped."""

    def __init__(self, clients: list[Workload], hosts: list[str]) -> None:
        """Start a thread for each client and host."""
        self._ended = Event()
        self._answers: dict[str, list[Answer]] = {host: [] for host in hosts}
        self._threads = [Thread(target=self._send, args=(one, host)) for one in clients for host in hosts]
        for thread in self._threads:
            thread.start()

    def stop(self) -> dict[str, Answers]:
        """The answers by host."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return {host: Answers(tuple(answers)) for host, answers in self._answers.items()}

    def enough(self) -> bool:
        """Whether more than a hundred answers have come from each host."""
        return all(len(answers) > 100 for answers in self._answers.values())

    def _send(self, one: Workload, host: str) -> None:
        while not self._ended.is_set():
            self._answers[host] += one.get(host, count=20, pause=0.03).all


@contextmanager
def load(mesh: Mesh, what: str, *hosts: str, lost: int = 0, clusters: Sequence[str] = ("eu", "us")) -> Iterator[None]:
    """Requests of the owner's clients during the block and a second after it, a hundred or more; all good but `lost`.

    Two clusters hear of an edit at slightly different times, so a few may be lost where one must hear it first.
    """
    running = Load([client(mesh, cluster) for cluster in clusters], list(hosts))
    try:
        yield
        Event().wait(1)
        eventually(running.enough)
    finally:
        answers = running.stop()
    counts = (f"{found.bad} of {len(found.all)} to {host}" for host, found in answers.items())
    print(f"{what}: lost {', '.join(counts)}")  # noqa: T201
    for host, found in answers.items():
        assert found.bad <= lost, f"{what}, {host}: {found}"


def all_good(mesh: Mesh, *hosts: str) -> None:
    """Wait until connections that follow the rules of a test before are gone."""
    asked = [partial(client(mesh, cluster).get, host) for cluster in ("eu", "us") for host in hosts]
    eventually(lambda: not any(get(count=40, parallel=4).bad for get in asked))
