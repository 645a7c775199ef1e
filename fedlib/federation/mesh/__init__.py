"""Checks of how Istio is set up in the clusters."""
