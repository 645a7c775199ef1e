"""Destinations: whatever routes and policies can name, indexed and looked up."""
