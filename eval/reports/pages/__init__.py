"""Figures as HTML pages that load nothing: an evaluation run, a benchmark."""
