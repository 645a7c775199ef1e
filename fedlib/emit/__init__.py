"""The plan as Pulumi resources."""
