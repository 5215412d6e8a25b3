"""Taking a try from a bucket: one statement, one row."""

from django.db import connection

from baoming.accounts.throttling import Limit
from baoming.shared.errors import TooMany

# Refill and take in one statement, so that two tries at once never take the same token.
_TAKE = """
INSERT INTO accounts_bucket AS bucket (key, tokens, at) VALUES (%(key)s, %(burst)s - 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    tokens = greatest(-1, least(%(burst)s, bucket.tokens
        + extract(epoch FROM clock_timestamp() - bucket.at) * %(burst)s / %(seconds)s) - 1),
    at = clock_timestamp()
RETURNING tokens
"""


def take(key: str, limit: Limit) -> None:
    """Take one try of `key`. Raises TooMany, saying when the next one is there."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "burst": float(limit.burst), "seconds": limit.seconds})
        tokens = cursor.fetchone()[0]
    if tokens < 0:
        minutes = -(-limit.wait(tokens) // 60)
        raise TooMany(f"试的次数太多了，请约{minutes}分钟后再试。您的信息没有受影响")


def give_back(key: str, limit: Limit) -> None:
    """Fill the bucket again after a success."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_bucket SET tokens = %s WHERE key = %s", [float(limit.burst), key])
