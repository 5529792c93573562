"""Redis as a cache that may be away: pages go on without it, and the log says so once a minute."""

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class RedisCache(DjangoRedisCache):
    """Away, every key is missing and nothing is kept. The page 'Operations' shows it."""

    _told = -60.0

    def _away(self, error: Exception) -> None:
        now = time.monotonic()
        if now - RedisCache._told >= 60:
            RedisCache._told = now
            log.warning("The cache does not answer: %s", type(error).__name__)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            self._away(error)
            return default

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        try:
            super().set(key, value, *args, **options)
        except (RedisError, OSError) as error:
            self._away(error)

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        try:
            return bool(super().add(key, value, *args, **options))
        except (RedisError, OSError) as error:
            self._away(error)
            return True

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """A key that is missing is a ValueError, as Django has it: who counts has to say what that means."""
        try:
            return super().incr(key, delta, version)
        except (RedisError, OSError) as error:
            self._away(error)
            raise ValueError("The cache does not answer.") from error

    def touch(self, key: Any, *args: Any, **options: Any) -> bool:
        try:
            return bool(super().touch(key, *args, **options))
        except (RedisError, OSError) as error:
            self._away(error)
            return False

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return bool(super().delete(key, version))
        except (RedisError, OSError) as error:
            self._away(error)
            return False

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        try:
            return super().get_many(keys, version)
        except (RedisError, OSError) as error:
            self._away(error)
            return {}

    def has_key(self, key: Any, version: int | None = None) -> bool:
        try:
            return bool(super().has_key(key, version))
        except (RedisError, OSError) as error:
            self._away(error)
            return False

    def clear(self) -> None:
        try:
            super().clear()
        except (RedisError, OSError) as error:
            self._away(error)
