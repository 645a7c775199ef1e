"""Folders with what nobody wants in them: links in circles and out of the project, named pipes, names too long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fedlib.diagnostics.folder_walk import FolderWalk
from fedlib.diagnostics.regular_file import read_bytes

ELSEWHERE = "it is a link that leads out of the project's folder"
CIRCLE = "it is a link that leads back to a folder above it"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a folder `eu` beside a folder that is not the project's."""
    project = Path(os.path.realpath(tmp_path)) / "project"
    (project / "eu" / "inner").mkdir(parents=True)
    (project / "eu" / "a.yaml").touch()
    (project / "eu" / "inner" / "b.yaml").touch()
    (project.parent / "others").mkdir()
    (project.parent / "others" / "secret.yaml").touch()
    return project


def walked(root: Path, pattern: str = "") -> tuple[list[str], list[tuple[str, str]]]:
    """The files below `eu`, or those that fit a pattern, and the problems."""
    walk = FolderWalk((root,))
    found = walk.matching(root, pattern.split("/")) if pattern else walk.files(root / "eu", (".yaml",))
    files = [str(path.relative_to(root)) for path in found]
    return files, [(str(path.relative_to(root)), reason) for path, reason in walk.problems]


def test_linked_folders_of_the_project_are_read_once(root: Path) -> None:
    """A folder that two links lead to is one folder."""
    (root / "shared").mkdir()
    (root / "shared" / "c.yaml").touch()
    for name in ("x", "y"):
        (root / "eu" / name).symlink_to("../shared")
    assert walked(root) == (["eu/a.yaml", "eu/inner/b.yaml", "eu/x/c.yaml"], [])


@pytest.mark.parametrize("target", [".", "..", "../../eu"])
def test_links_in_circles_end(root: Path, target: str) -> None:
    """The files are there once, and the link is named."""
    (root / "eu" / "inner" / "again").symlink_to(target)
    assert walked(root) == (["eu/a.yaml", "eu/inner/b.yaml"], [("eu/inner/again", CIRCLE)])


@pytest.mark.parametrize("pattern", ["", "eu/*/*.yaml", "eu/out/*.yaml", "eu/**/*.yaml", "*/out/*.yaml"])
def test_folders_elsewhere_are_not_read(root: Path, pattern: str) -> None:
    """Who writes a link into a recording does not choose what is read from the rest of the machine."""
    (root / "eu" / "out").symlink_to("../../others")
    files, problems = walked(root, pattern)
    assert not [one for one in files if "secret" in one]
    assert set(problems) == {("eu/out", ELSEWHERE)}


@pytest.mark.parametrize("pattern", ["", "eu/*.yaml", "eu/secret.yaml", "**/secret.yaml"])
def test_files_elsewhere_are_not_read(root: Path, pattern: str) -> None:
    """The same for a link to a file."""
    (root / "eu" / "secret.yaml").symlink_to("../../others/secret.yaml")
    files, problems = walked(root, pattern)
    assert "eu/secret.yaml" not in files
    assert set(problems) == {("eu/secret.yaml", ELSEWHERE)}


def test_a_link_to_itself_is_told_when_it_is_read(root: Path) -> None:
    """It is found as a file, and reading it says what it is."""
    (root / "eu" / "self.yaml").symlink_to("self.yaml")
    assert walked(root)[0] == ["eu/a.yaml", "eu/self.yaml", "eu/inner/b.yaml"]
    with pytest.raises(OSError, match="symbolic links"):
        read_bytes(root / "eu" / "self.yaml")


def test_a_named_pipe_is_no_file(tmp_path: Path) -> None:
    """Nobody writes into it, so opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(OSError, match="it is a named pipe, not a file"):
        read_bytes(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    ("path", "reason"), [("/dev/zero", "it is a device"), ("/dev", "directory"), ("/" + "x" * 5000, "too long")]
)
def test_what_is_no_file_either(path: str, reason: str) -> None:
    """Reading a device may never end."""
    with pytest.raises(OSError, match=reason):
        read_bytes(Path(path))
