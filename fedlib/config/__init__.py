"""Stack config and Gloo YAML to models."""
