"""A difference as JSON for machines; `docs/diff.md` describes it."""

from __future__ import annotations

from typing import Any, Final

from fedlib.diagnostics.text import ref_json
from fedlib.diff.access import Destination
from fedlib.diff.difference import Difference, Fact
from fedlib.diff.objects import ObjectChange

VERSION: Final = 1


def difference_json(found: Difference) -> dict[str, Any]:
    """All facts and objects, without any limit."""
    return {
        "version": VERSION,
        "same": not found.facts and not found.objects,
        "facts": [_fact(one) for one in found.facts],
        "objects": [_object(one) for one in found.objects],
    }


def _fact(one: Fact) -> dict[str, Any]:
    return {
        "effect": one.effect.value,
        "workspace": one.workspace,
        "callers": list(one.callers),
        "host": one.host,
        "ports": list(one.ports),
        "before": [_destination(each) for each in one.before],
        "after": [_destination(each) for each in one.after],
        "why": one.why,
        "parts": list(one.parts),
    }


def _destination(one: Destination) -> dict[str, Any]:
    return {"place": one.place, "via": list(one.via), "rank": one.rank, "partly": one.partly}


def _object(one: ObjectChange) -> dict[str, Any]:
    return {
        "change": one.change.value,
        "object": ref_json(one.ref),
        "workspace": one.workspace,
        "fields": list(one.fields),
    }
