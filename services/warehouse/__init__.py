"""Where goods lie, which building sends what, and who picks and packs it."""
