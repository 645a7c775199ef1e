"""The engine test bed: real API servers, the real Pulumi CLI, and programs run against them."""
