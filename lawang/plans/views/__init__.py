"""The plan as citizens read it, a file for each kind of page."""
