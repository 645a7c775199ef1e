"""Tests of declarations and their order."""
