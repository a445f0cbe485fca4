"""The HTTP API and the pages: `app` makes the application, `server` runs it.

Not for: understanding queries or ranking; nothing here decides what is found.
"""
