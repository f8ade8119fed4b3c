"""Where Values are drawn: graphviz in a process of its own. No Qt."""
