"""Who may send what back, and what it is worth; no input, no output."""
