"""Work on many things at once: what is done to each, and what became of it."""
