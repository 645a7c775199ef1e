"""Findings: what a user should know about their input, as data.

A finding never interrupts a stage: stages hand it to a `Report` and go on with the smallest affected
thing left out. Nothing here knows a later stage.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, NamedTuple

LONGEST_NAME: Final = 500
"""Characters of a name: input may have a million of them."""


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

PLATFORM: Final = ""
"""The owner of what belongs to no workspace: the stack, clusters, Workspaces, files, the settings of meshes."""


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the catalogue.

    `message` and `hint` are `str.format` templates; `meaning` explains the finding in `docs/findings.md`. `fails` makes
    the resource FAILED: it is right in itself and was not applied. `cause` is a template as well: of one owner findings
    with equal causes are shown as one; where it is empty, those with equal messages are.
    """

    id: str
    title: str
    severity: Severity
    message: str
    hint: str
    meaning: str
    fails: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: which code, about what, where in the input, what to do about it, and whose input it is.

    `owner` is a workspace's name or the PLATFORM. Findings of one code, owner and `cause` are mended by one edit. A
    finding `of_others` is told to whoever uses a thing of somebody else: it is no ERROR, or others could stop them.
    """

    code: Code
    subject: Ref
    location: Location
    message: str
    hint: str
    related: tuple[Ref, ...] = ()
    cause: str = ""
    owner: str = PLATFORM
    of_others: bool = False

    @property
    def severity(self) -> Severity:
        """The severity of its code; of what others wrote, a WARNING at most."""
        severity = self.code.severity
        return Severity.WARNING if self.of_others and severity is Severity.ERROR else severity

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
