"""The model of federation: its decisions in the product's words, before any Istio object exists."""
