"""Why an order may do what: states, quantities, money; no input, no output."""
