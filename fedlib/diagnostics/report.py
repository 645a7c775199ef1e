"""The report: where stages put their findings, and where each finding gets its owner.

A finding is owned by whoever wrote what it is about, and told to whoever asked for it: a workspace that did nothing
has none. Who owns a namespace is known late, so owners are resolved when the report is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from fedlib.diagnostics.finding import NOWHERE, PLATFORM, Code, Finding, Location, Ref, Severity, printable, shortened
from fedlib.diagnostics.suggestion import Suggestion

LONGEST_ARGUMENT: Final = 2_000
LONGEST_MESSAGE: Final = 5_000
"""Characters of what is filled into a message, and of a message: input may have a million of them."""

MOST_TOLD: Final = 5_000
"""Mistakes of one namespace in what it writes that are listed one by one."""

MOST_COMPARISONS: Final = 50_000
"""Of words for suggestions in all findings about resources of one namespace."""

Owner = str | Ref
"""A workspace by name, the PLATFORM, or whoever owns a thing."""

Place = tuple[Ref, Callable[[], Location]]
"""A thing, and where it stands; that is asked for when there is a finding only."""


class _Key(NamedTuple):
    """What makes a finding the same as another one."""

    code: str
    subject: Ref
    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A finding before its owner is known.

    Attributes:
        finding: all that is known.
        owner: who owns it.
        original: what the owner of the thing may be told, where this tells somebody else about it.
    """

    finding: Finding
    owner: Owner
    original: tuple[str, Ref, Location] | None = None


@dataclass(slots=True)
class _Book:
    """What all views of a report share.

    Attributes:
        entries: all findings.
        direct: the codes, subjects and places of those that owners have.
        refused: what has an ERROR, but for what workspaces write into namespaces before these are known to be theirs.
        refused_kinds: the kinds of these.
        spent: the work for namespaces.
        told: their mistakes that were listed.
        has_errors: whether anything is an ERROR.
        compared: comparisons for suggestions by author, namespace and cluster: one team's cost no other its own.
        owner_of: who owns a thing, when it is known.
        workspaces: the names that workspaces have, then.
    """

    entries: dict[_Key, _Entry] = field(default_factory=dict)
    direct: set[tuple[str, Ref, Location]] = field(default_factory=set)
    refused: set[Ref] = field(default_factory=set)
    refused_kinds: set[str] = field(default_factory=set)
    has_errors: bool = False
    spent: dict[tuple[str, str, str], int] = field(default_factory=dict)
    told: dict[tuple[str, str, str], int] = field(default_factory=dict)
    compared: Counter[tuple[Owner | None, str, str]] = field(default_factory=Counter)
    owner_of: Callable[[Ref], str] | None = None
    workspaces: frozenset[str] = frozenset()


@dataclass(slots=True)
class Report:
    """Collects findings. Beside it only finders change: they keep answers, and what they answer never changes."""

    _book: _Book = field(default_factory=_Book)
    _owner: Owner | None = None
    _told: tuple[Place, ...] = ()

    def owned_by(self, owner: Owner) -> Report:
        """The same report, for findings that this owner has, whatever they are about."""
        return replace(self, _owner=owner, _told=())

    def told_to(self, *places: Place) -> Report:
        """The same report, for what somebody meets who uses things of others.

        A finding is about each of the `places` then, resources of whoever uses the things, and begins with the thing.
        It is a WARNING at most. What the owner of the thing is told as well, by a finding of the same code at the same
        place, does not count a second time: one edit mends both.
        """
        return replace(self, _owner=None, _told=places)

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
        cause = printable(code.cause.format(**arguments)) or message
        hint = printable(code.hint.format(**arguments))
        finding = Finding(code, subject, location, message, hint, related, cause)
        if not self._told:
            self._enter(_Entry(finding, subject if self._owner is None else self._owner))
            return
        original = (code.id, subject, location)
        for told, at in self._told:
            indirect = replace(finding, subject=told, location=at(), message=f"{subject}: {message}", of_others=True)
            self._enter(_Entry(indirect, told, original))

    def _enter(self, entry: _Entry) -> None:
        finding = entry.finding
        key = _Key(finding.code.id, finding.subject, finding.location, finding.message)
        known = self._book.entries.get(key)
        if finding.related or known is not None:
            related = tuple(sorted({*finding.related, *(known.finding.related if known else ())}))
            entry = replace(entry, finding=replace(finding, related=related))
        self._book.entries[key] = entry
        if entry.original is None:
            self._book.direct.add((finding.code.id, finding.subject, finding.location))
        if finding.severity is not Severity.ERROR:
            return
        self._book.has_errors = True
        if entry.owner in (PLATFORM, finding.subject):
            self._book.refused.add(finding.subject)
            self._book.refused_kinds.add(finding.subject.kind)

    def spend(self, subject: Ref, steps: int, author: str = "") -> int:
        """Count work that is done for the sake of a resource, and return that of its namespace in all.

        An author whose word about the namespace is not believed yet has an account of its own.
        """
        place, spent = (author, subject.cluster, subject.namespace), self._book.spent
        spent[place] = spent.get(place, 0) + steps
        return spent[place]

    def may_tell(self, subject: Ref, author: str, count: int) -> int:
        """How many of so many mistakes of a resource are still told: whoever makes thousands reads no more of them."""
        place, told = (author, subject.cluster, subject.namespace), self._book.told
        listed = min(count, max(MOST_TOLD - told.get(place, 0), 0))
        told[place] = told.get(place, 0) + listed
        return listed

    def _shown(self, value: object, subject: Ref) -> object:
        """What is filled in for an argument."""
        if isinstance(value, Suggestion):
            place, compared = (self._owner, subject.namespace, subject.cluster), self._book.compared
            value, left = value.found(MOST_COMPARISONS - compared[place])
            compared[place] = MOST_COMPARISONS - left
        return shortened(value, LONGEST_ARGUMENT) if isinstance(value, str) else value

    def resolve_owners(self, owner_of: Callable[[Ref], str], workspaces: Iterable[str]) -> None:
        """Say who owns what: the name of one of the workspaces, or the PLATFORM, to which all else belongs."""
        self._book.owner_of, self._book.workspaces = owner_of, frozenset(workspaces)

    def owner_of(self, thing: Owner) -> str:
        """Whose a thing is, as far as it is known by now."""
        if isinstance(thing, str):
            return thing if thing in self._book.workspaces else PLATFORM
        return self._book.owner_of(thing) if self._book.owner_of is not None else PLATFORM

    def refuse(self, subject: Ref) -> None:
        """Note that errors about other things of the same owner refuse this one too, so that nothing repeats them."""
        self._book.refused.add(subject)

    def refuses(self, subject: Ref) -> bool:
        """Whether an ERROR is about a thing."""
        return subject in self._book.refused

    def refuses_kind(self, *kinds: str) -> bool:
        """Whether an ERROR is about anything of these kinds."""
        return not self._book.refused_kinds.isdisjoint(kinds)

    def __iter__(self) -> Iterator[Finding]:
        """All findings with their owners, sorted."""
        return self._sorted(self._entries())

    def repeated(self) -> Iterator[Finding]:
        """What users of a thing would be told if its owner were not: findings that do not count."""
        entries, direct = self._book.entries, self._book.direct
        return self._sorted(entry for entry in entries.values() if entry.original in direct)

    def __len__(self) -> int:
        """The number of findings."""
        return sum(1 for _ in self._entries())

    def count(self, severity: Severity) -> int:
        """The number of findings of this severity."""
        return sum(1 for entry in self._entries() if entry.finding.severity is severity)

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an ERROR."""
        return self._book.has_errors

    def _entries(self) -> Iterator[_Entry]:
        """The findings that count."""
        entries, direct = self._book.entries, self._book.direct
        return (entry for entry in entries.values() if entry.original is None or entry.original not in direct)

    def _sorted(self, entries: Iterable[_Entry]) -> Iterator[Finding]:
        found = (replace(entry.finding, owner=self.owner_of(entry.owner)) for entry in entries)
        return iter(sorted(found, key=lambda finding: finding.sort_key))
