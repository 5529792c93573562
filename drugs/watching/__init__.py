"""Watching the site: a number for each request, logs as JSON without personal data, metrics, reports of errors."""
