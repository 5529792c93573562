"""Hostile requests against the running site: `make fuzz`."""
