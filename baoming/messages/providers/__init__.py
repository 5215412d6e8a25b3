"""Adapters to senders of SMS, each behind the contract of base.py."""
