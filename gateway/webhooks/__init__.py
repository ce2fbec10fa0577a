"""Webhooks that we send: who wants to hear of what, and what became of each delivery."""
