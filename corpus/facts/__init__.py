"""What a document states: pure functions of its text, every span literally in it. Unsure is None."""
