"""Phases, windows, closed days, and extensions: what is open to whom, and when."""
