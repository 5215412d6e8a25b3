"""Adapters to cashiers, each behind the contract of base.py."""
