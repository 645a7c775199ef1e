"""Trimming: which hosts each workload's proxy still knows."""
