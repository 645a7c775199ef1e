"""The registry of codes. A retired number is never used again: `RETIRED` keeps it from that."""

from __future__ import annotations

from typing import Final

from fedlib.diagnostics.finding import Code, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

CODES: Final[dict[str, Code]] = {}

RETIRED: Final = frozenset({"FED603", "FED820"})


def code(
    id_: str,
    title: str,
    severity: Severity,
    message: str,
    hint: str,
    meaning: str,
    *,
    fails: bool = False,
    cause: str = "",
) -> Code:
    """Enter a code; see `Code` for the fields.

    Raises:
        ValueError: the number is taken or retired, which is a bug.
    """
    if id_ in CODES or id_ in RETIRED:
        raise ValueError(f"{id_} is taken")
    CODES[id_] = Code(id_, title, severity, message, hint, meaning, fails, cause)
    return CODES[id_]
