"""The computation graph: reading it from live Values, and its orders. No Qt."""
