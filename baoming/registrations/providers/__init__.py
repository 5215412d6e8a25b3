"""Adapters to services that check a real person, each behind the contract of base.py."""
