"""Policies that were accepted and cannot work as meant: said before anything is applied."""
