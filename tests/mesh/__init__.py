"""The real mesh: clusters of istiod, pilot-agent and Envoy on one machine, asked by requests."""
