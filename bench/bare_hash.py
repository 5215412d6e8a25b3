"""python -m bench.bare_hash 40: CPU seconds of one Argon2id hash by argon2-cffi alone, parameters as the product's."""

import sys
import time

from argon2.low_level import Type, hash_secret

from baoming.accounts.hashers import Argon2id


def bare_hash(count: int) -> float:
    """Return the CPU seconds of one hash, measured over `count` after one that is not counted."""
    settings = {
        "time_cost": Argon2id.time_cost,
        "memory_cost": Argon2id.memory_cost,
        "parallelism": Argon2id.parallelism,
    }

    def once() -> None:
        hash_secret(b"zqw7-tvkrd", b"0123456789abcdef0123", hash_len=32, type=Type.ID, **settings)

    once()
    start = time.process_time()
    for _ in range(count):
        once()
    return (time.process_time() - start) / count


if __name__ == "__main__":
    print(bare_hash(int(sys.argv[1])))
