"""What is asked? The query language, and what a query names."""
