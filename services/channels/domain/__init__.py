"""What a channel sent and what we told it; no input, no output."""
