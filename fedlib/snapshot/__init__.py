"""Configuration and inventory, joined."""
