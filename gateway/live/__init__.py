"""What has just changed? Told to browsers while it happens, by server-sent events."""
