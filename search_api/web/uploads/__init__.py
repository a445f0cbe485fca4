"""What strangers send: read within limits, in a process of its own."""
