"""Percentages that add up to 100, as Istio's weights of routes and of localities must."""

from __future__ import annotations


def even_shares(count: int, whole: int = 100) -> list[int]:
    """`whole` in `count` parts that differ by one at the most, the larger ones first."""
    return [whole // count + (1 if index < whole % count else 0) for index in range(count)]
