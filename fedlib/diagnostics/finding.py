"""Findings: what a user should know about their input, as data.

A finding never interrupts a stage: stages hand it to a `Report` and go on with the smallest affected
thing left out. Nothing here knows a later stage.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fedlib.diagnostics.suggestion import Suggestion

LONGEST_NAME: Final = 500
LONGEST_ARGUMENT: Final = 2_000
LONGEST_MESSAGE: Final = 5_000
"""Characters of a name, of what is filled into a message, and of a message: input may have a million of them."""

MOST_COMPARISONS: Final = 50_000
"""Of words for suggestions in all findings about resources of one namespace."""


class Severity(enum.StrEnum):
    """How bad a finding is. An ERROR stops a preview; the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Ref(NamedTuple):
    """The identity of a resource; `namespace` and `cluster` are empty where it has none.

    A tuple, because refs are the keys of nearly every index, and tuples are hashed and compared fastest.
    """

    kind: str
    name: str = ""
    namespace: str = ""
    cluster: str = ""

    def __str__(self) -> str:
        """Render as `Kind namespace/name (cluster)`."""
        kind, name, namespace, cluster = (shortened(part, LONGEST_NAME) for part in self)
        path = "/".join(part for part in (namespace, name) if part)
        where = f" ({cluster})" if cluster else ""
        return printable(f"{kind} {path}{where}".replace("  ", " ").rstrip())


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in the input: a file (relative to the project's root) and a line counted from 1.

    `path` is the field's path as people write it, such as `spec.http[0].forwardTo`. `file` is empty and
    `line` 0 for what was read from a live cluster.
    """

    file: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        """Render as `file:line`, or as the path alone where there is no file."""
        if not self.file:
            return printable(self.path)
        return printable(f"{self.file}:{self.line}" if self.line else self.file)


NOWHERE: Final = Location()


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the catalogue.

    `message` and `hint` are `str.format` templates; `meaning` explains the finding in `docs/findings.md`. `fails` makes
    the resource FAILED: it is right in itself and was not applied.
    """

    id: str
    title: str
    severity: Severity
    message: str
    hint: str
    meaning: str
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: which code, about what, where in the input, and what to do about it."""

    code: Code
    subject: Ref
    location: Location
    message: str
    hint: str
    related: tuple[Ref, ...] = ()

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return self.code.severity

    @property
    def sort_key(self) -> tuple[int, str, Ref, Location, str]:
        """Errors first, then by code, subject, place and text: the same order for the same findings."""
        return (_ORDER[self.severity], self.code.id, self.subject, self.location, self.message)


def printable(text: str) -> str:
    """The text with characters that a terminal would act on, or that cannot be seen, written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, longest: int) -> str:
    """The text, without its end where it is longer than that."""
    return text if len(text) <= longest else f"{text[:longest]}..."


@dataclass(slots=True)
class Report:
    """Collects findings. Beside it only finders change: they keep answers, and what they answer never changes."""

    _findings: dict[tuple[str, Ref, Location, str], Finding] = field(default_factory=dict)
    _spent: dict[tuple[str, str], int] = field(default_factory=dict)
    _compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The comparisons for suggestions by namespace and cluster, so that one team's do not cost another team its own."""

    def add(
        self,
        code: Code,
        subject: Ref,
        location: Location = NOWHERE,
        /,
        *,
        related: tuple[Ref, ...] = (),
        **arguments: object,
    ) -> None:
        """Record a finding; `arguments` fill the templates of `code`. The same finding twice counts once."""
        arguments = {name: self._shown(value, subject) for name, value in arguments.items()}
        message = printable(shortened(code.message.format(**arguments), LONGEST_MESSAGE))
        key = (code.id, subject, location, message)
        known = self._findings.get(key)
        concerned = tuple(sorted({*related, *(known.related if known else ())}))
        self._findings[key] = Finding(
            code, subject, location, message, printable(code.hint.format(**arguments)), concerned
        )

    def spend(self, subject: Ref, steps: int) -> int:
        """Count work that is done for the sake of a resource, and return that of its namespace in all."""
        place = (subject.cluster, subject.namespace)
        self._spent[place] = self._spent.get(place, 0) + steps
        return self._spent[place]

    def _shown(self, value: object, subject: Ref) -> object:
        """What is filled in for an argument."""
        if isinstance(value, Suggestion):
            place = (subject.namespace, subject.cluster)
            value, left = value.found(MOST_COMPARISONS - self._compared[place])
            self._compared[place] = MOST_COMPARISONS - left
        return shortened(value, LONGEST_ARGUMENT) if isinstance(value, str) else value

    def __iter__(self) -> Iterator[Finding]:
        """All findings, sorted."""
        return iter(sorted(self._findings.values(), key=lambda finding: finding.sort_key))

    def __len__(self) -> int:
        """The number of findings."""
        return len(self._findings)

    def count(self, severity: Severity) -> int:
        """The number of findings of this severity."""
        return sum(1 for finding in self._findings.values() if finding.severity is severity)

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an ERROR."""
        return any(f.severity is Severity.ERROR for f in self._findings.values())
