"""300 hostile texts in every field and column, read in Chromium: none runs. `make xss`."""
