"""What does the system do? It drives real orders from the shop to the doorstep, and partly back."""
