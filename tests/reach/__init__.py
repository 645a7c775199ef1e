"""Reach: what objects mean."""
