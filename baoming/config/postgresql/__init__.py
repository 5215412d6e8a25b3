"""PostgreSQL as Django knows it, told to keep what does not change from one question to the next."""
