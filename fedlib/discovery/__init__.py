"""Discovery: what exists in each cluster, live or from a recording."""
