"""Policies: which ones apply to what."""
