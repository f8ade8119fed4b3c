"""Notebooks, scripts and lessons: from a file to the Values it draws. No Qt."""
