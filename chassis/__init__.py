"""What every service shares: bus, transaction, saga, health. No business word lives here."""
