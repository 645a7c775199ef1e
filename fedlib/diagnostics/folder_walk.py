"""Files in folders, with links: a folder that a link leads to is read, or it is said why not."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fedlib.diagnostics.regular_file import reason_of

_Identity = tuple[int, int]
"""Device and number of a folder."""


@dataclass(slots=True)
class FolderWalk:
    """Finds files below folders, in the order of their names.

    Each folder is read once, however many links lead to it. A link may lead to what is in one of `roots`, and nowhere
    else: who writes a file into a folder of recordings must not choose what is read from the rest of the machine.

    Attributes:
        roots: folders without links in their paths.
        problems: what was not read, and why.
    """

    roots: tuple[Path, ...]
    problems: list[tuple[Path, str]] = field(default_factory=list)

    def files(self, folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
        """The files with one of these suffixes, at any depth; what is hidden is passed over."""
        for one in self._folders(folder, hidden=False):
            for entry in self._entries(one):
                if entry.name.endswith(suffixes) and not entry.name.startswith(".") and not _is_folder(entry):
                    yield from self._allowed(Path(entry.path))

    def matching(self, base: Path, parts: Sequence[str]) -> Iterator[Path]:
        """The files that fit a pattern: its parts between slashes, of which `**` stands for folders at any depth."""
        if not parts:
            yield from self._allowed(base) if not is_folder(base) else ()
        elif not is_pattern(parts[0]):
            if os.path.lexists(base / parts[0]):
                yield from self._inner(base / parts[0], parts[1:])
        elif not is_folder(base):
            return
        elif parts[0] == "**":
            for folder in self._folders(base, hidden=True):
                yield from self.matching(folder, parts[1:])
        else:
            for entry in self._entries(base):
                if fnmatch.fnmatchcase(entry.name, parts[0]) and (len(parts) == 1 or _is_folder(entry)):
                    yield from self._inner(Path(entry.path), parts[1:])

    def _inner(self, path: Path, parts: Sequence[str]) -> Iterator[Path]:
        """The same below a path that was found; the last part of a pattern is looked at where it ends."""
        if not parts or any(self._allowed(path)):
            yield from self.matching(path, parts)

    def _folders(self, folder: Path, *, hidden: bool) -> Iterator[Path]:
        """A folder and those below it, each once."""
        seen: set[_Identity] = set()
        waiting: list[tuple[Path, tuple[_Identity, ...]]] = [(folder, ())]
        while waiting:
            path, above = waiting.pop()
            try:
                status = path.stat()
            except OSError as error:
                self._add(path, error)
                continue
            identity = (status.st_dev, status.st_ino)
            if identity in above:
                self.problems.append((path, "it is a link that leads back to a folder above it"))
            if identity in seen:
                continue
            seen.add(identity)
            yield path
            inner = [Path(entry.path) for entry in self._entries(path, told=False) if _is_folder(entry)]
            shown = [one for one in inner if hidden or not one.name.startswith(".")]
            waiting += [(one, (*above, identity)) for one in reversed(shown) if any(self._allowed(one))]

    def _entries(self, folder: Path, *, told: bool = True) -> list[os.DirEntry[str]]:
        """What is in a folder, sorted; that it cannot be read is told once."""
        try:
            with os.scandir(folder) as found:
                return sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if told:
                self._add(folder, error)
            return []

    def _allowed(self, path: Path) -> Iterator[Path]:
        """The path, unless it is a link that leads out of the roots."""
        if not path.is_symlink() or any(Path(os.path.realpath(path)).is_relative_to(root) for root in self.roots):
            yield path
        else:
            self.problems.append((path, "it is a link that leads out of the project's folder"))

    def _add(self, path: Path, error: OSError) -> None:
        self.problems.append((path, reason_of(error)))


def is_pattern(part: str) -> bool:
    """Whether a part of a path stands for names that fit it."""
    return any(character in part for character in "*?[")


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; one that is too long, or that may not be looked at, does not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; a link that leads nowhere, or in a circle, is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False
