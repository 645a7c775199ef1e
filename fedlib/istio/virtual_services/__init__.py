"""VirtualServices: routes of RouteTables, ways through egress gateways, and behind gateways where TLS ends."""
