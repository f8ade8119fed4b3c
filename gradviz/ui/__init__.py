"""The window. It only shows a session and asks it to act."""
