"""Incidents, the pause switch, paper drafts and sealed hand-over files."""
