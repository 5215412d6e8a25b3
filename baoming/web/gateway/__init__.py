"""Callbacks of outside services, and health."""
