"""Orders: each customer's wish and how far it has come."""
