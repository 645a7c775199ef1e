"""Hosts that may begin with a wildcard, found by the hosts that have names in common with them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HostPatterns:
    """Distinct hosts in small letters. Thousands of hosts are held against thousands of them, so none looks at all."""

    patterns: frozenset[str]
    _lengths: list[int] = field(default_factory=list, compare=False, repr=False)
    """How long the wildcards are, sorted."""
    _backwards: list[str] = field(default_factory=list, compare=False, repr=False)
    """What follows the wildcard, or the whole host, written backwards and sorted, with the pattern behind a space."""

    def __post_init__(self) -> None:
        """Index them once."""
        self._lengths.extend(sorted({len(one) for one in self.patterns if one.startswith("*")}))
        self._backwards.extend(sorted(f"{one.removeprefix('*')[::-1]} {one}" for one in self.patterns))

    def meeting(self, host: str) -> Iterator[str]:
        """The patterns that have names in common with a host, which may have a wildcard; each once."""
        host = host.lower()
        name = host.removeprefix("*")
        if not host.startswith("*") and host in self.patterns:
            yield host
        yield from self.above(name)
        if host.startswith("*"):
            yield from self._below(name)

    def cover(self, host: str) -> bool:
        """Whether a pattern is a host, which may have a wildcard, or stands for all names that the host does."""
        return host in self.patterns or next(self.above(host), None) is not None

    def above(self, host: str) -> Iterator[str]:
        """The wildcards that cover a host, which may have a wildcard and then covers itself; each once."""
        name = host.lower().removeprefix("*")
        for length in self._lengths[: bisect.bisect_right(self._lengths, len(name) + 1)]:
            pattern = "*" + name[len(name) + 1 - length :]
            if pattern in self.patterns:
                yield pattern

    def _below(self, ending: str) -> Iterator[str]:
        """The patterns that a wildcard with this ending covers, and that do not cover it themselves."""
        wanted = ending[::-1]
        for place in range(bisect.bisect_left(self._backwards, wanted), len(self._backwards)):
            backwards, _, pattern = self._backwards[place].partition(" ")
            if not backwards.startswith(wanted):
                break
            if pattern != f"*{ending}":
                yield pattern


def host_patterns(hosts: Iterable[str]) -> HostPatterns:
    """Index hosts, which may begin with a wildcard."""
    return HostPatterns(frozenset(host.lower() for host in hosts))
