"""A session in a process of its own, where the person's code runs. No Qt."""
