"""Properties of everything that reads what strangers write, on inputs made to break it: see README.md."""
