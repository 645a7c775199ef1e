"""DestinationRules: one for each host and namespace, whoever has something to say about it."""
