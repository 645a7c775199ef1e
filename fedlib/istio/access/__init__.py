"""AuthorizationPolicies, PeerAuthentications and RequestAuthentications."""
