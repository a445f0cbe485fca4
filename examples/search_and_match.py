"""The library from Python: opens an index, searches it and matches a proposal.

Usage: python examples/search_and_match.py INDEX PROPOSAL.txt
"""

import sys
from pathlib import Path

from indexer import open_index
from search_api import Searcher

searcher = Searcher(open_index(sys.argv[1]))
found = searcher.search("老年助餐 年份:2021..2025", k=3)
print(f"{found.query}：{found.total} 份答复")
for hit in found.hits:
    print(f"  [{hit.band}] {hit.title}，{hit.agency}，{hit.replied_on}")
    print(f"    {hit.passages[0].passage_id} {hit.passages[0].text[:40]}…")

for point in searcher.match(Path(sys.argv[2]).read_text("utf-8")).points:
    print(f"{point.number}. {point.text[:40]}")
    for hit in point.hits[:1] if point.precedent else ():
        print(f"    {hit.doc_id}：{hit.passages[0].text[:40]}…")
    if not point.precedent:
        print("    没有先例")
