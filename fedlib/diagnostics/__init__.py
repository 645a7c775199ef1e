"""Coded findings: what they are, where they are in the input, how they are shown."""

from __future__ import annotations

from fedlib.diagnostics.finding import NOWHERE, Code, Finding, Location, Ref, Report, Severity

__all__ = ["NOWHERE", "Code", "Finding", "Location", "Ref", "Report", "Severity"]
