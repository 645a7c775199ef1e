"""Durations as Gloo's resources write them: Go's notation, such as `5s`, `1m30s`, `0.5s` and `100ms`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator

_PART: Final = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")

LONGEST: Final = 100
"""Characters of a duration; nobody writes more, and what is longer takes ages to be found wrong."""

_MILLISECONDS: Final = {
    "ns": Decimal("0.000001"),
    "us": Decimal("0.001"),
    "µs": Decimal("0.001"),  # the micro sign
    "μs": Decimal("0.001"),  # the Greek letter
    "ms": Decimal(1),
    "s": Decimal(1000),
    "m": Decimal(60_000),
    "h": Decimal(3_600_000),
}

_LONGEST: Final = Decimal((2**32 - 1) * 1000)
"""Some of Envoy's durations must be shorter than 2^32 seconds; beyond 292 years it refuses all of them."""


def milliseconds(duration: str) -> int:
    """How many milliseconds a validated duration has.

    Args:
        duration: a value of a field of the type `Duration` or `DurationOrZero`.

    Raises:
        ValueError: it is not a duration in whole milliseconds.
    """
    if duration == "0":
        return 0
    if not duration or len(duration) > LONGEST or _PART.sub("", duration):
        raise ValueError(f"'{duration[:40]}' is not a duration; write for example 5s, 1m30s, 0.5s or 100ms")
    total = sum((Decimal(number) * _MILLISECONDS[unit] for number, unit in _PART.findall(duration)), Decimal(0))
    if total != int(total):
        raise ValueError(f"'{duration[:40]}' is finer than a millisecond; write whole milliseconds")
    if total > _LONGEST:
        raise ValueError(f"'{duration[:40]}' is longer than 136 years, the longest that proxies take everywhere")
    return int(total)


def _not_negative(value: str) -> str:
    milliseconds(value)
    return value


def _positive(value: str) -> str:
    if milliseconds(value) == 0:
        raise ValueError(f"'{value[:40]}' is too short; 1ms is the least")
    return value


DURATION: Final = "a duration"
"""Marks fields that hold one, for advice to people who write a number."""

Duration = Annotated[str, AfterValidator(_positive), DURATION]
"""At least one millisecond, and whole milliseconds, as Envoy's and Istio's timers are."""

DurationOrZero = Annotated[str, AfterValidator(_not_negative), DURATION]
"""Whole milliseconds; zero has a meaning of its own."""
