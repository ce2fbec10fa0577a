"""The journey of a return, as a table."""
