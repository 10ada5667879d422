"""Password hashes of the lowest cost.

A hash at full cost takes 64 MB and 50 ms or more of a core. Tests sign in hundreds of times.
"""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.modules.identity import passwords


def use_cheap_hashes() -> object:
    """Replace the hasher of this process. Return the one of full cost."""
    full_cost = passwords._hasher
    cheap = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    passwords._hasher = lambda: cheap  # type: ignore[assignment]  # without the cache of the other
    return full_cost
