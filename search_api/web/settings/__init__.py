"""What the server runs with, and where each value comes from."""
