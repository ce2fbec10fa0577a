"""Shipping: buys labels and follows parcels to the door."""
