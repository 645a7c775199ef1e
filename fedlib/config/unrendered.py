"""Gaps of templates in resources that are valid YAML all the same: `hosts: ["web.{{ .Values.domain }}"]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.config.validate import Locate
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.source import Step, report_gap
from fedlib.diagnostics.templates import Gap, gap_in

_FREE_TEXT: Final = frozenset({
    "annotations", "appendRequestHeaders", "appendResponseHeaders", "body", "description", "headersToAdd", "inline",
    "inlineString", "pattern", "regex", "secure", "substitution", "text", "value", "values",
})  # fmt: skip
"""Fields whose text goes to somebody else, who may have a use for braces and dollars."""


def reports_gaps(document: Any, subject: Ref, locate: Locate, report: Report) -> bool:
    """Report what templates left open in a document, each sort of template once; False when there is nothing."""
    told: set[str] = set()
    for path, gap in _gaps(document, ()):
        if gap.what not in told:
            told.add(gap.what)
            report_gap(gap, subject, locate(path), report)
    return bool(told)


def _gaps(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Gap]]:
    if isinstance(value, str):
        gap = gap_in(value)
        if gap is not None:
            yield path, gap
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _FREE_TEXT:
                yield from _gaps(key, (*path, key))
                yield from _gaps(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _gaps(item, (*path, index))
