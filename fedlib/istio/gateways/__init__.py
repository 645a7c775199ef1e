"""Gateway objects of east-west gateways and VirtualGateways."""
