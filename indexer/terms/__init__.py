"""What are the terms of a text? Analyzer, segmenter, kinds of term, thesaurus, and a bureau's own dictionary."""
