"""Which line of a person's backward code is wrong, and what it does to the numbers."""
