"""Templates that nobody rendered: what tells them from YAML, and how each kind is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

LONGEST_GAP: Final = 60
"""Characters of a gap that are shown."""


class _Engine(NamedTuple):
    """A way to write templates: what it is, what its gaps look like, how they are filled.

    Gaps have a length at most, so that a long text costs no more than its length.
    """

    what: str
    gap: re.Pattern[str]
    advice: str


_HELM: Final = _Engine(
    "a gap in a Helm (or Go) template that was not rendered",
    re.compile(r"\{\{(?:(?!\{\{).){0,200}?\}\}"),
    "render it first, and name the result: `helm template CHART --values FILE > FOLDER/all.yaml`",
)
_JINJA: Final = _Engine(
    "a line of a Jinja template that was not rendered",
    re.compile(r"\{%(?:(?!\{%).){0,200}?%\}"),
    "render it first (with Ansible, say), and name the result",
)
_VARIABLE: Final = _Engine(
    "a variable that was not filled in",
    re.compile(r"\$\{[A-Za-z_][\w.]{0,100}(?:(?::?[-=?+]|/)[^}]{0,200})?\}|(?<![\w$\\])\$[A-Z][A-Z0-9_]+\b"),
    "fill it in first, and name the result: `envsubst < FILE > FOLDER/all.yaml`",
)
_KUSTOMIZE: Final = _Engine(
    "a variable of Kustomize that was not filled in",
    re.compile(r"\$\([A-Za-z_][\w.-]{0,100}\)"),
    "fill it in first, and name the result: `kustomize build FOLDER > all.yaml`",
)
_PLACEHOLDER: Final = _Engine(
    "a placeholder", re.compile(r"(?<![?P(])<[A-Za-z][\w .-]{0,100}>"), "write the real value in its place"
)
_ENGINES: Final = (_HELM, _JINJA, _VARIABLE, _KUSTOMIZE, _PLACEHOLDER)
_NO_YAML: Final = (_HELM, _JINJA, _VARIABLE)
"""The engines whose templates may be no YAML before they are rendered."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that a template leaves open.

    `text` is shown to people, so that it holds neither the default of a variable nor a quoted string, which may be
    secret. `line` counts from 1; 0 where it is not known.
    """

    text: str
    what: str
    advice: str
    line: int = 0


UNNAMED_GAP: Final = Gap("{{ ... }}", _HELM.what, _HELM.advice)
"""A gap that YAML reads as a mapping in a mapping."""


def gap_in(value: str) -> Gap | None:
    """The first gap in a string."""
    return _first(value, _ENGINES)


def gap_before(text: str, line: int) -> Gap | None:
    """The gap in a text that stands nearest above the end of a line: over it a parser of YAML stumbles there."""
    lines = text.splitlines()[:line]
    for number in range(len(lines), 0, -1):
        gap = None if lines[number - 1].lstrip().startswith("#") else _first(lines[number - 1], _NO_YAML)
        if gap is not None:
            return Gap(gap.text, gap.what, gap.advice, number)
    return None


def _first(value: str, engines: tuple[_Engine, ...]) -> Gap | None:
    if not any(character in value for character in "{$<"):
        return None
    found = [(match, engine) for engine in engines if (match := engine.gap.search(value))]
    if not found:
        return None
    match, engine = min(found, key=lambda pair: pair[0].start())
    return Gap(_shown(match.group()), engine.what, engine.advice)


def _shown(gap: str) -> str:
    """The gap without quoted strings and without defaults."""
    if gap.startswith("${"):
        return re.sub(r"^(\$\{[\w.]+).*", r"\1}", gap)
    if gap.startswith("{") and (re.search(r"""["'`]""", gap) or len(gap) > LONGEST_GAP):
        return f"{gap[:2]} ... {gap[-2:]}"
    return gap[:LONGEST_GAP]
