"""The commands that ask: search, match, serve, token."""
