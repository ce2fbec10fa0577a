"""The gateway: one REST API over all services."""
