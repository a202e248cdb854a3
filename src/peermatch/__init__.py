"""peermatch."""
