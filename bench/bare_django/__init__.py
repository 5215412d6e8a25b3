"""The least a signed-in page can cost: Django as it comes, one session, one user, one `get`, one small template."""
