"""Durations in Go's notation."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from fedlib.config.duration import Duration, DurationOrZero, milliseconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5s", 5_000), ("1m30s", 90_000), ("0.5s", 500), ("100ms", 100), ("1.5h", 5_400_000), ("1s500ms", 1_500),
        (".25s", 250), ("1000us", 1), ("1000µs", 1), ("1000μs", 1), ("2000000ns", 2), ("0", 0), ("0s", 0),
        ("0.0005s0.0005s", 1),
    ],
)  # fmt: skip
def test_durations_have_their_milliseconds(written: str, expected: int) -> None:
    assert milliseconds(written) == expected


@pytest.mark.parametrize("written", ["", "5", "s", "5 s", "-5s", "+5s", "5d", "1e3s", "5S", "s5", ".s", "5s\n"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        milliseconds(written)


@pytest.mark.parametrize("written", ["1ns", "0.1ms", "0.0001s", "1ms1us"])
def test_what_is_finer_than_a_millisecond_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is finer than a millisecond"):
        milliseconds(written)


def test_zero_is_a_duration_only_where_it_has_a_meaning() -> None:
    assert TypeAdapter(DurationOrZero).validate_python("0s") == "0s"
    with pytest.raises(ValidationError, match="'0s' is too short; 1ms is the least"):
        TypeAdapter(Duration).validate_python("0s")
