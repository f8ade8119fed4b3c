"""The canvas: one painting path for the window and for exported pictures."""
