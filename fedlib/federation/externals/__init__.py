"""ExternalServices: their hosts, endpoints, and the ways through egress gateways."""
