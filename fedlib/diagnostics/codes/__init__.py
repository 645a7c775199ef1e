"""The codes of findings, a module for each range."""
