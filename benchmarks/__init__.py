"""How fast is the system, and what does an order cost? `make bench`."""
