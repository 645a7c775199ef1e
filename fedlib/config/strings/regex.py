r"""Regular expressions, checked by RE2 itself, which is what proxies match with.

Source: Istio's validation takes 1,024 bytes, and lets its proxies have programs of 32,768 steps
(`re2.max_program_size.error_level`, of which Envoy alone has 100); Go's RE2 knows less than the one of proxies. Envoy
1.36 reads expressions as UTF-8, and 1.40 as Latin-1, where no character is above `\xff`.
"""

from __future__ import annotations

import functools
import re
from typing import Annotated, Final, NamedTuple, Protocol

import re2
from pydantic import AfterValidator, ValidationInfo

from fedlib.config.strings.refused import RefusedError, size
from fedlib.diagnostics import catalogue

MAX_BYTES: Final = 1024
MAX_STEPS: Final = 30_000
"""Some less than Istio's limit: versions of RE2 differ in how many steps a class of Unicode takes."""

MAX_STEPS_IN_ALL: Final = 2_000_000
"""How much the expressions of one namespace may be together: RE2 takes a microsecond for a step, in every proxy."""

_MEMORY: Final = 1 << 20
"""So that RE2 gives up soon after the limit."""

_NOT_IN_GO: Final = re.compile(
    r"(?<!\\)(?:\\\\)*(\\C|\\[pP]\{\^?(?:\w*_\w*|SignWriting)\}|\(\?P?<(?![A-Za-z0-9_]+>)[^=!>]*>)"
)
"""Single bytes, some scripts, and names of groups: refused by Istio's own check or by some version of Envoy."""


class Meter(Protocol):
    """Counts the steps of the expressions of one owner."""

    def count(self, expression: str, steps: int) -> int:
        """How many steps there are now in all; the same expression of a resource counts once."""


class Compiled(NamedTuple):
    """What RE2 says of an expression: why it is refused (empty if it is not), its groups, and its steps."""

    problem: str
    groups: int
    steps: int


@functools.lru_cache(maxsize=16_384)
def compile_regex(expression: str) -> Compiled:
    """Let RE2 compile an expression, within the limits of Istio's proxies."""
    if not expression:
        return Compiled("an empty expression is refused", 0, 0)
    if size(expression) > MAX_BYTES:
        return Compiled(f"it has {size(expression):,} bytes, and Istio takes {MAX_BYTES:,}", 0, 0)
    unknown = _NOT_IN_GO.search(expression)
    if unknown is not None:
        return Compiled(f"'{unknown[1]}' is not known to all that read it", 0, 0)
    try:
        written = expression.encode()
        re2.compile(written, _options(re2.Options.Encoding.LATIN1))
        found = re2.compile(written, _options(re2.Options.Encoding.UTF8))
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return Compiled(f"RE2 refuses it: {text[:120]}", 0, MAX_STEPS)
    except UnicodeEncodeError:
        return Compiled("it holds half of a character", 0, 0)
    if found.programsize > MAX_STEPS:
        return Compiled(f"RE2 needs {found.programsize:,} steps for it, and {MAX_STEPS:,} are allowed", 0, MAX_STEPS)
    return Compiled("", found.groups, found.programsize)


def _options(encoding: re2.Options.Encoding) -> re2.Options:
    options = re2.Options()
    options.encoding = encoding
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def check_regex(value: str, meter: Meter | None = None) -> str:
    """Refuse an expression that a proxy would refuse.

    Raises:
        RefusedError: why it is refused.
    """
    compiled = compile_regex(value)
    problem = compiled.problem
    if not problem and meter is not None and meter.count(value, compiled.steps) > MAX_STEPS_IN_ALL:
        problem = f"the expressions of its namespace take more than {MAX_STEPS_IN_ALL:,} steps together"
    if problem:
        advice = "write an expression that RE2 knows: no look-around, no references to groups, small counts"
        raise RefusedError(
            catalogue.EXPRESSION_REFUSED, f"'{value[:80]}' is no expression for proxies: {problem}", advice
        )
    return value


def _regex(value: str, info: ValidationInfo) -> str:
    return check_regex(value, info.context)


Regex = Annotated[str, AfterValidator(_regex)]
"""An RE2 expression."""

_REFERENCE: Final = re.compile(r"\\(.?)", re.DOTALL)


def check_substitution(substitution: str, expression: str) -> None:
    r"""Refuse what RE2 cannot put in the place of a match: `\0` to `\9` stand for groups, and `\\` for itself.

    Raises:
        RefusedError: it names a group that the expression has not, or something else after a backslash.
    """
    groups = compile_regex(expression).groups
    for found in _REFERENCE.finditer(substitution):
        after = found[1]
        known = after == "\\" or (after in tuple("0123456789") and int(after) <= groups)
        if not known:
            problem = f"'{found[0]}' in the substitution stands for nothing: the expression has {groups} groups"
            advice = r"\0 stands for all that matched, \1 for the first group, and \\ for a backslash"
            raise RefusedError(catalogue.EXPRESSION_REFUSED, problem, advice)
