"""Adapters to services that check a person or what was typed of one, each behind a contract of base.py."""
