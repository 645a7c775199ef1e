"""Decisions in the words of the product."""
