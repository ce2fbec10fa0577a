"""States, moves and rules of the warehouse; no input, output, clock or chance."""
