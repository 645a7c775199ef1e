"""The one way to refuse a field that is known and not translated."""

from __future__ import annotations

from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step


def report_unsupported(resource: Resource[Model], path: tuple[Step, ...], advice: str, report: Report) -> None:
    """Report a field of a resource's spec that is known and refused; `advice` says what to do instead."""
    where = resource.at(*path)
    report.add(catalogue.UNSUPPORTED_FIELD, resource.ref, where, field=where.path, advice=advice)
