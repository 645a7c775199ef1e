"""Strings by what reads them at last: Envoy's formatter, RE2, Istio, Kubernetes. A refused one stops all of a proxy."""
