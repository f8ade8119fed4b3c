"""The Source dock: the cells of the open notebook, or the lines of a script."""
