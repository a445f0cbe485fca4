"""What keeps an index alive: watch, purge, backup, verify, locks, audit."""
