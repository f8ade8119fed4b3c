"""The body of a hook: its source, and which numbers its expressions mean."""
