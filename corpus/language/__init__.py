"""What does written Chinese of the genre look like? Sentences, numbering, numerals, dates, agencies, abbreviations.

Not for: what a document says in which place (see parser).
"""
