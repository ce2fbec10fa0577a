"""Adapters to payment providers: one Protocol, one file each."""
