"""YAML sources: text to plain data, with the line of every field at hand when a finding needs it.

Loading refuses what would make the rest unsafe (duplicate keys, alias bombs, deep nesting, non-string
keys) with a finding each. Positions cost time, so they are computed for the sources that have findings only.
Documents that a reader has no use for may hold what they like.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from fedlib.diagnostics import catalogue
from fedlib.diagnostics.file_text import read_text
from fedlib.diagnostics.finding import Location, Ref
from fedlib.diagnostics.left_out import LeftOut
from fedlib.diagnostics.left_out import Step as Step
from fedlib.diagnostics.regular_file import reason_of
from fedlib.diagnostics.report import Report
from fedlib.diagnostics.templates import UNNAMED_GAP, Gap, gap_before
from fedlib.diagnostics.yaml_loader import YamlLoader

NOTHING_LEFT_OUT: Final = LeftOut()

MAX_NODES: Final = 5_000_000
"""Nodes of a document; far above any real input."""
MAX_EXPANSION: Final = 10
"""Into how many nodes one that is written may expand once aliases are followed, beyond the first thousands."""

MAX_DEPTH: Final = 200
"""Levels a document may nest; the C parser would overflow its stack far above."""


@dataclass(slots=True)
class Source:
    """A YAML file (or text) that input was read from.

    `name` is what findings print: the path relative to the project's root. `file` is where to read it again
    when a line is asked for.
    """

    name: str
    file: Path | None = None
    _nodes: list[yaml.Node] | None = field(default=None, repr=False)
    _pairs: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = field(default_factory=dict, repr=False)
    """The keys and values of mappings of nodes: a large one is asked for many of its keys."""

    def line(self, document: int, path: Sequence[Step]) -> int:
        """The line of the deepest part of `path` that exists in the given document; 0 where unknown."""
        if self._nodes is None:
            self._nodes = self._compose()
        if document >= len(self._nodes):
            return 0
        return self._line_of(self._nodes[document], path)

    def hide_lines(self) -> None:
        """Never parse the file again: that is not safe."""
        self._nodes = []

    def _line_of(self, node: yaml.Node, path: Sequence[Step]) -> int:
        line = int(node.start_mark.line) + 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pair = self._pairs_of(node).get(step) if isinstance(step, str) else None
                if pair is None:
                    break
                line, node = int(pair[0].start_mark.line) + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = int(node.start_mark.line) + 1
            else:
                break
        return line

    def _pairs_of(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if id(node) not in self._pairs:
            pairs = reversed(node.value)  # the first of several keys that are the same
            self._pairs[id(node)] = {key.value: (key, value) for key, value in pairs if isinstance(key.value, str)}
        return self._pairs[id(node)]

    def _compose(self) -> list[yaml.Node]:
        try:
            text = read_text(self.file) if self.file else ""
            return [node for node in yaml.compose_all(text, Loader=YamlLoader) if node is not None]
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            return []


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource stands: a source, the document in it, and the path to it.

    `left_out` holds items of lists that were refused, as paths in the document: what stands behind them has a smaller
    index in the models than in the file.
    """

    source: Source
    document: int = 0
    path: tuple[Step, ...] = ()
    left_out: LeftOut = NOTHING_LEFT_OUT

    def at(self, *path: Step) -> Location:
        """The location of a field below this resource."""
        whole = self.left_out.original((*self.path, *path))
        line = self.source.line(self.document, whole) if self.source.file else 0
        return Location(self.source.name, line, path_text(whole[len(self.path) :] if path else whole))

    def below(self, *path: Step) -> Origin:
        """The origin of a part of this resource."""
        return Origin(self.source, self.document, (*self.path, *path), self.left_out)

    def without(self, left_out: Iterable[tuple[Step, ...]], *path: Step) -> Origin:
        """The same, for a resource of which these parts below `path` were left out."""
        gone = ((*self.path, *path, *one) for one in left_out if isinstance(one[-1], int))
        return dataclasses.replace(self, left_out=self.left_out.joined(gone))


def path_text(path: Sequence[Step]) -> str:
    """Render a path as people write it: `spec.http[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that the reader has no use for, with what `Wanted` was asked about."""

    top: Mapping[str, str]


Wanted = Callable[[Mapping[str, str]], bool]
"""Whether a reader has use for a document, by the scalars of its top level by key, empty for other values.

Of a list it is asked about the first mapping in it.
"""


def load_yaml(source: Source, report: Report, wanted: Wanted | None = None) -> list[Any]:
    """Read all documents of `source.file` as plain data.

    Every trouble (missing file, broken YAML, duplicate key, alias bomb) is a finding; the documents before a
    broken one are kept. A document that was refused is None, so that positions in the list stay true. One that is not
    `wanted` is an `Unread`, whatever it holds.
    """
    subject = Ref("File", source.name)
    assert source.file is not None
    try:
        text = read_text(source.file)
    except OSError as error:
        report.add(catalogue.FILE_UNREADABLE, subject, Location(source.name), reason=reason_of(error))
        return []
    except ValueError:
        reason = "it is neither UTF-8 nor UTF-16 text"
        report.add(catalogue.FILE_UNREADABLE, subject, Location(source.name), reason=reason)
        return []
    return parse_yaml(text, source, report, wanted)


def parse_yaml(text: str, source: Source, report: Report, wanted: Wanted | None = None) -> list[Any]:
    """Parse all documents of a text; see `load_yaml`."""
    documents: list[Any] = []
    subject = Ref("File", source.name)
    try:
        if _nests_too_deeply(text):
            problem = f"nested more than {MAX_DEPTH} levels deep"
            report.add(catalogue.BROKEN_YAML, subject, Location(source.name), problem=problem)
            source.hide_lines()
            return []
        loader = YamlLoader(text)
    except yaml.YAMLError as error:  # a character that YAML does not allow, found before parsing starts
        report.add(catalogue.BROKEN_YAML, subject, _mark(source, error, text), problem=_problem(error))
        return []
    except UnicodeEncodeError as error:
        where = Location(source.name, _line_of(text, error.start))
        report.add(catalogue.BROKEN_YAML, subject, where, problem="it holds what is no character")
        return []
    try:
        while loader.check_node():
            node = loader.get_node()
            top = {} if wanted is None else _top(node)
            read = wanted is None or not node.value or wanted(top)
            documents.append(_construct(loader, node, source, report) if read else Unread(top))
    except yaml.YAMLError as error:
        _report_broken(text, error, source, report)
    except (RecursionError, ValueError) as error:
        problem = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        report.add(catalogue.BROKEN_YAML, subject, Location(source.name), problem=problem)
    finally:
        loader.dispose()
    return documents


def _top(node: yaml.Node) -> dict[str, str]:
    """The scalars of a mapping by key, empty for other values; of a list those of its first mapping."""
    if isinstance(node, yaml.SequenceNode):
        return next((_top(item) for item in node.value if isinstance(item, yaml.MappingNode)), {})
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {
        key.value: value.value if isinstance(value, yaml.ScalarNode) else ""
        for key, value in pairs
        if isinstance(key, yaml.ScalarNode)
    }


def _report_broken(text: str, error: yaml.YAMLError, source: Source, report: Report) -> None:
    """Report what the parser stumbled over; a template says what it is instead."""
    where = _mark(source, error, text)
    gap = gap_before(text, where.line)
    if gap is None:
        report.add(catalogue.BROKEN_YAML, Ref("File", source.name), where, problem=_problem(error))
    else:
        report_gap(gap, Ref("File", source.name), Location(source.name, gap.line), report)


def report_gap(gap: Gap, subject: Ref, location: Location, report: Report) -> None:
    """Report a place that a template left open."""
    report.add(catalogue.TEMPLATE_NOT_RENDERED, subject, location, gap=gap.text, what=gap.what, advice=gap.advice)


_INDENT: Final = re.compile(rf"^[ \-?:]{{{MAX_DEPTH // 2},}}", re.MULTILINE)


def _nests_too_deeply(text: str) -> bool:
    """Whether the nesting is unsafe. Events are counted only where the text could nest that deeply."""
    if text.count("[") + text.count("{") < MAX_DEPTH // 2 and not _INDENT.search(text):
        return False
    depth = 0
    for event in yaml.parse(text, Loader=YamlLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _construct(loader: Any, node: yaml.Node, source: Source, report: Report) -> Any:
    sizes: dict[int, int] = {}
    size = _expanded_size(node, sizes, set())
    limit = min(MAX_NODES, 10_000 + MAX_EXPANSION * len(sizes))
    if size > limit:
        report.add(catalogue.YAML_BOMB, Ref("File", source.name), _at(source, node), limit=limit)
        return None
    if not _check_keys(node, source, report, set()):
        return None
    return loader.construct_document(node)


def _expanded_size(node: yaml.Node, sizes: dict[int, int], open_nodes: set[int]) -> int:
    """Count nodes with aliases followed; a node that holds itself counts as too many."""
    if id(node) in open_nodes:
        return MAX_NODES + 1
    known = sizes.get(id(node))
    if known is not None or isinstance(node, yaml.ScalarNode):
        return known or sizes.setdefault(id(node), 1)
    open_nodes.add(id(node))
    size = 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            size += _expanded_size(key, sizes, open_nodes) + _expanded_size(value, sizes, open_nodes)
    else:
        for item in node.value:
            size += _expanded_size(item, sizes, open_nodes)
    open_nodes.discard(id(node))
    sizes[id(node)] = size
    return size


def _check_keys(node: yaml.Node, source: Source, report: Report, seen: set[int]) -> bool:
    """Report duplicate keys, keys that are not strings and foreign tags, all of them; True when there are none."""
    if node.tag not in _TAGS:
        problem = f"the tag {node.tag} is not allowed"
        report.add(catalogue.BROKEN_YAML, Ref("File", source.name), _at(source, node), problem=problem)
        return False
    if isinstance(node, yaml.ScalarNode) or id(node) in seen:
        return True
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        results = [_check_keys(item, source, report, seen) for item in node.value]  # all of them, for their findings
        return all(results)
    fine = True
    lines: dict[Hashable, int] = {}
    for key, value in node.value:
        location, name = _at(source, key), str(key.value) if isinstance(key, yaml.ScalarNode) else "[...]"
        if _is_gap(node, key):
            report_gap(UNNAMED_GAP, Ref("File", source.name), location, report)
            fine = False
        elif not isinstance(key, yaml.ScalarNode) or key.tag not in _KEY_TAGS:
            report.add(catalogue.KEY_NOT_STRING, Ref("File", source.name), location, key=name)
            fine = False
        elif name in lines and name != "<<":
            report.add(catalogue.DUPLICATE_KEY, Ref("File", source.name), location, key=name, line=lines[name])
            fine = False
        lines.setdefault(name, location.line)
        fine = _check_keys(value, source, report, seen) and fine
    return fine


def _is_gap(node: yaml.Node, key: yaml.Node) -> bool:
    """Whether these are the two braces of a template: `name: {{ .Values.name }}` is YAML by accident."""
    return all(isinstance(one, yaml.MappingNode) and bool(one.flow_style) for one in (node, key))


_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq", "merge")
)
_KEY_TAGS: Final = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"})


def _at(source: Source, node: yaml.Node) -> Location:
    return Location(source.name, int(node.start_mark.line) + 1)


def _mark(source: Source, error: yaml.YAMLError, text: str) -> Location:
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.reader.ReaderError) and isinstance(error.character, int):
        # its position counts bytes in one of PyYAML's loaders and characters in the other
        return Location(source.name, _line_of(text, text.find(chr(error.character))))
    return Location(source.name, int(mark.line) + 1 if mark else 0)


def _line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _problem(error: yaml.YAMLError) -> str:
    """What is wrong, without the source text around it: it may hold a secret."""
    if isinstance(error, yaml.MarkedYAMLError):
        return ", ".join(part for part in (error.context, error.problem) if part)
    if isinstance(error, yaml.reader.ReaderError):
        return f"character #x{error.character:04x} is not allowed" if isinstance(error.character, int) else error.reason
    return type(error).__name__


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one: for looking into documents of unknown shape."""
    return value if isinstance(value, Mapping) else {}
