"""The shapes of what Gloo was seen to write, held against ours."""
