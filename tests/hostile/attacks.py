"""All kinds of hostile documents by name."""

from __future__ import annotations

from tests.hostile import (
    access,
    delegation,
    externals,
    gateways,
    groups,
    matchers,
    mistakes,
    policies,
    route_policies,
    settings,
    tables,
    values,
    workloads,
)
from tests.hostile.documents import ATTACKS as ATTACKS

MODULES = (
    access, delegation, externals, gateways, groups, matchers, mistakes, policies, route_policies, settings, tables,
    values, workloads,
)  # fmt: skip
"""Importing them fills `ATTACKS`."""
