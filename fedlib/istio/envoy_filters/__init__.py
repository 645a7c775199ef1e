"""Policies that Istio has no field for: EnvoyFilters that upstream Envoy accepts.

Source of the types and their fields: Envoy's API, v3; of the matches: Istio's EnvoyFilter.
"""
