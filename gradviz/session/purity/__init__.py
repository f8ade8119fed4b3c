"""Whether a driver has any effect but those of the hooks that it calls."""
