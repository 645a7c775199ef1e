"""Tests of the Pulumi resources."""
