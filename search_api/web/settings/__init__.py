"""The server's settings, and where each value comes from."""
