"""Adapters to carriers: one Protocol, one file each."""
