"""A closed list of small helpers: refusals, money, text, moments. No tables."""
