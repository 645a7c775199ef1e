"""Tests of the discovery stage."""
