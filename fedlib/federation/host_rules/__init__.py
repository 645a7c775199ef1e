"""Host rules: what the proxies of each namespace follow when they call a host, decided once."""
