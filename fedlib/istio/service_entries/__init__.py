"""ServiceEntries, and the WorkloadEntries of Gloo's shape of groups."""
