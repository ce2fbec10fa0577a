"""How a shipment goes its way; no input, no output."""
