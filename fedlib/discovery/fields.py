"""Strict access to the fields of a Kubernetes object: a wrong type is a finding, never an exception.

An absent field and one that is `null` read the same, as Kubernetes has it. All mistakes of an object are reported.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fedlib.config.model import host_problem
from fedlib.config.validate import describe
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, Step, path_text

T = TypeVar("T")

MAX_PORT: Final = 65535


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class Reading:
    """The reading of one object. `sound` turns False with its first mistake."""

    subject: Ref
    origin: Origin | None
    report: Report
    sound: bool = True

    def complain(self, path: tuple[Step, ...], problem: str) -> None:
        """Report that the field at `path` is not what an API server would have returned."""
        self.sound = False
        text = path_text(path)
        location = self.origin.at(*path) if self.origin else Location(path=text)
        self.report.add(catalogue.BROKEN_OBJECT, self.subject, location, problem=f"{text} {problem}")


class Part:
    """A mapping in an object. Each accessor answers an empty value for what is absent or wrong."""

    __slots__ = ("_data", "_path", "_reading")

    def __init__(self, data: Mapping[str, Any], path: tuple[Step, ...], reading: Reading) -> None:
        self._data = data
        self._path = path
        self._reading = reading

    @property
    def data(self) -> Mapping[str, Any]:
        """The mapping as it was read."""
        return self._data

    def complain(self, key: str, problem: str) -> None:
        """Report a mistake in the field `key`."""
        self._reading.complain((*self._path, key), problem)

    def text(self, key: str) -> str:
        """A string, or an empty one."""
        return self._get(key, str, "a string") or ""

    def word(self, key: str, words: tuple[str, ...]) -> str:
        """One of `words`; the first when absent."""
        value = self.text(key)
        if value and value not in words:
            self.complain(key, f"must be one of {', '.join(words)}")
        return value or words[0]

    def address(self, key: str) -> str:
        """An IP address, or nothing."""
        value = self.text(key)
        if value and not _is_address(value):
            self.complain(key, f"must be an IP address, not '{value[:80]}'")
            return ""
        return value

    def addresses(self, key: str) -> tuple[str, ...]:
        """A list of IP addresses."""
        found = self.texts(key)
        for index, item in enumerate(found):
            if not _is_address(item):
                self._reading.complain((*self._path, key, index), f"must be an IP address, not '{item[:80]}'")
        return found

    def words(self, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
        """A list of some of `words`."""
        found = self.texts(key)
        for index, item in enumerate(found):
            if item not in words:
                self._reading.complain((*self._path, key, index), f"must be one of {', '.join(words)}")
        return found

    def host(self, key: str) -> str:
        """A DNS name, or nothing."""
        value = self.text(key)
        if value and host_problem(value.lower().removesuffix(".")):
            self.complain(key, f"must be a DNS name, not '{value[:80]}'")
        return value

    def port(self, key: str) -> int:
        """A port number; 0 when absent."""
        value: int | None = self._get(key, int, "a number")
        if value is not None and not 0 <= value <= MAX_PORT:
            self.complain(key, f"must be a port number, not {value}")
        return value or 0

    def required_port(self, key: str) -> int:
        """A port number that must not be absent."""
        if self._data.get(key) is None or self._data[key] == 0:
            self.complain(key, "is missing" if self._data.get(key) is None else "must be a port number, not 0")
            return 0
        return self.port(key)

    def port_or_name(self, key: str) -> int | str:
        """A port number or a port's name; 0 when absent."""
        value = self._data.get(key)
        if isinstance(value, str):
            if not any(character.isalpha() for character in value):
                self.complain(key, "must be a number or a port's name, not a number in quotes")
            return value
        return self.port(key)

    def part(self, key: str) -> Part:
        """A mapping, or an empty one."""
        return Part(self._get(key, dict, "a mapping") or {}, (*self._path, key), self._reading)

    def parts(self, key: str) -> list[Part]:
        """A list of mappings."""
        found = []
        for index, item in enumerate(self._get(key, list, "a list") or ()):
            path = (*self._path, key, index)
            if isinstance(item, dict):
                found.append(Part(item, path, self._reading))
            else:
                self._reading.complain(path, f"must be a mapping, not {describe(item)}")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        items = self._get(key, list, "a list") or []
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self._reading.complain((*self._path, key, index), f"must be a string, not {describe(item)}")
        return tuple(item for item in items if isinstance(item, str))

    def strings(self, key: str) -> dict[str, str]:
        """A mapping of strings to strings, such as labels."""
        items: dict[str, Any] = self._get(key, dict, "a mapping") or {}
        for name, value in items.items():
            if not isinstance(value, str):
                self._reading.complain((*self._path, key, name), f"must be a string, not {describe(value)}")
        return items

    def _get(self, key: str, wanted: type[T], expected: str) -> T | None:
        value = self._data.get(key)
        if value is None:
            return None
        if isinstance(value, wanted) and not (isinstance(value, bool) and wanted is int):
            return value
        self.complain(key, f"must be {expected}, not {describe(value)}")
        return None
