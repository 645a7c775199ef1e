"""What runs behind Services: pods, identities, ports, and which pods are gateways."""
