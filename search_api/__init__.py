"""Here is a query, give me hits. Query language, retrieval, fusion, grouping, highlighting, HTTP and pages.

Not for: reading files, writing an index, judging results.
"""
