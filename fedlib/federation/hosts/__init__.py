"""Hosts: what they are called, which addresses and stems of names they get."""
