"""The environment, from which all settings are read."""

from environs import Env

env = Env()


def listed(name: str, default: list[str]) -> list[str]:
    """What a variable lists, parted by commas; spaces around an item and empty items do not count."""
    return [item for item in env.list(name, default, subcast=str.strip) if item]
