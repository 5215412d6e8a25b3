"""Append-only events: who did what, when, from where. No values, only names of fields and ids."""
