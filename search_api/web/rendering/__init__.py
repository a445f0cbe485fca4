"""Turns results into the values that templates show."""
