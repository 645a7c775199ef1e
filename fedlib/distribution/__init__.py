"""Objects to a plan."""
