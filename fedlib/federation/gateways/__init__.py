"""Gateways: east-west ones between clusters, and VirtualGateways."""
