"""The people who work with the system: who they are, and what they may do."""
