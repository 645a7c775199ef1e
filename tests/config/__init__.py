"""Tests of the config stage."""
