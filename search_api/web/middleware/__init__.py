"""The middleware around every request: ids, headers, limits, audit."""
