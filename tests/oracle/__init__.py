"""A judge of emitted Istio objects that is made of Istio's own CRDs, not of fedlib's knowledge."""
