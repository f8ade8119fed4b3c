"""The forward pass again, after an edit: in place, or into Values made anew."""
