"""From results to what a page shows."""
