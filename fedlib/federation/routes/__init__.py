"""Routes: RouteTables with their delegation, hosts, gateways and destinations."""
