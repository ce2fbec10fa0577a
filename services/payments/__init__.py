"""Payments: what was authorized, taken and given back."""
