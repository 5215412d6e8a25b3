"""Signing in, and what is counted against guessing."""
