"""The read-only API: what is public, as JSON, with the same filters as the pages. docs/api.md has its policy."""
