"""Groups: VirtualDestinations, the Services and ExternalServices behind them, and who gets which host."""
