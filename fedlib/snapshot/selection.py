"""Gloo's selectors as predicates: globs, labels, objects."""

from __future__ import annotations

from collections.abc import Mapping

from fedlib.config.gloo import ObjectSelector


def glob_matches(pattern: str, name: str) -> bool:
    """Whether `name` matches; `*` stands for any characters, and nothing else is special.

    The first place where a part fits is as good as any later one, so nothing is ever tried twice: a regular expression
    of many stars would go back and forth for longer than anybody waits.
    """
    if "*" not in pattern:
        return pattern == name
    beginning, *parts, end = pattern.split("*")
    at, last = len(beginning), len(name) - len(end)
    if at > last or not name.startswith(beginning) or not name.endswith(end):
        return False
    for part in filter(None, parts):
        found = name.find(part, at, last)
        if found < 0:
            return False
        at = found + len(part)
    return True


def labels_match(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether all wanted labels are there."""
    return wanted.items() <= labels.items()


def selects(
    selector: ObjectSelector, *, labels: Mapping[str, str], name: str, namespace: str, cluster: str, workspace: str
) -> bool:
    """Whether an ObjectSelector selects the object; unset fields do not restrict."""
    return (
        (not selector.name or selector.name == name)
        and (not selector.namespace or selector.namespace == namespace)
        and (not selector.cluster or selector.cluster == cluster)
        and (not selector.workspace or selector.workspace == workspace)
        and labels_match(selector.labels, labels)
    )
