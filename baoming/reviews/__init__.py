"""Decisions of offices: eligibility, corrections, moral assessment, completion, final review."""
