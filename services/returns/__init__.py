"""Returns: what comes back, in what state, for how much."""
