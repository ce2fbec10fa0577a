"""Channels: speaks with the shops where customers buy."""
