"""How stock moves; no input, no output."""
