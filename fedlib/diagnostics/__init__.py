"""Coded findings: what they are, where they are in the input, how they are shown."""

from __future__ import annotations

from fedlib.diagnostics.finding import NOWHERE, PLATFORM, Code, Finding, Location, Ref, Severity
from fedlib.diagnostics.report import Report

__all__ = ["NOWHERE", "PLATFORM", "Code", "Finding", "Location", "Ref", "Report", "Severity"]
