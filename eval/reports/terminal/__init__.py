"""Figures as tables on a terminal, one module for each command."""
