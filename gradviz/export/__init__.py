"""Pictures and data of what the canvas shows, with or without a window."""
