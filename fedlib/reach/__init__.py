"""What a set of Istio objects means for those who call, whoever wrote the objects (docs/reach.md)."""
