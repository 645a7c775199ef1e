"""What changes between two meshes, by meaning: what callers reach, and the objects that make it so."""
