"""Inventory: every SKU, and how many of it are where."""
