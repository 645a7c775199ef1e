"""Decisions to Istio objects."""
