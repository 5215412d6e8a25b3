"""A program of its own that proves the audit of Baoming, or says where it was changed. Imports nothing of it."""
