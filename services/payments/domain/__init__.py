"""How money moves; no input, no output."""
