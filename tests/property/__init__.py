"""Properties of the compile: what must hold for any stack, searched for counterexamples by hypothesis."""
