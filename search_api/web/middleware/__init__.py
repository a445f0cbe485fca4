"""What stands around every request: ids, headers, limits, audit."""
