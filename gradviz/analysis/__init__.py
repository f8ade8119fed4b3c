"""Local derivatives and explanations, from numbers alone. No Qt."""
