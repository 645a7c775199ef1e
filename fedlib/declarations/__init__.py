"""Declarations: objects with the places that hold them, below both targets (Pulumi and files)."""
