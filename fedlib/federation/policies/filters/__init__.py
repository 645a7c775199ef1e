"""Policies that become proxy filters, and the servers that some of them ask."""
