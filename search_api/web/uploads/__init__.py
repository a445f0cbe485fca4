"""Reads what strangers send, within limits and in a process of its own."""
