"""Adapters to shops: one Protocol, one file each."""
