"""The journeys of an order, as tables."""
