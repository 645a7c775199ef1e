"""Decisions of federation that golden cases do not reach."""
