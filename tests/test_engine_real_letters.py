"""Each answered point of two of the five real letters is found in other words."""

import json
from pathlib import Path

import pytest

from corpus.parser.sections import heading_path
from search_api.searcher import Searcher
from tests.conftest import make_index
from tests.letters import SHARED

# For each answered point of two of the real letters, in their order: the ask in other words.
IN_OTHER_WORDS = {
    "000_80b84741fe83451d.txt": [
        "香港居民来内地看病，境外的药品器械和付款方式能不能用",
        "在香港享有的长者医疗福利能否带到内地来用",
        "到哪里可以一次了解养老、就医和参保的政策",
        "多引进企业建养老院，增加床位",
        "用远程会诊等数字手段照顾老人",
        "养老院质量怎么评级，预收的钱谁来管",
        "商业保险怎样参与养老和医疗付费",
    ],
    "001_c8212c718b829ccd.txt": [
        "义工照顾老人的时间能存起来以后换服务",
        "让民间资本参与办养老，政企合作",
        "手机上办理老年津贴、护士上门",
    ],
}


@pytest.mark.skipif(not (SHARED / "letters").is_dir(), reason="the five real letters are not here")
def test_each_answered_point_of_the_real_letters_is_found_in_other_words(tmp_path: Path) -> None:
    make_index(SHARED / "letters", tmp_path / "index")
    searcher = Searcher(tmp_path / "index")
    expected = json.loads((SHARED / "letters.expected.json").read_text(encoding="utf-8"))
    for entry in searcher.snapshot.engine.entries():
        document = searcher.snapshot.document(entry)
        queries = IN_OTHER_WORDS.get(document.source.path, [])
        for point, query in zip(
            expected[document.source.path]["answered_points"] if queries else [], queries, strict=True
        ):
            answering = {
                (section.start, section.end)
                for at, section in enumerate(document.sections)
                if any(point in heading for heading in heading_path(document.sections, at))
            }
            assert answering, point
            found = [
                (hit.rank, passage.start)
                for hit in searcher.search(query, 3).hits
                if hit.doc_id == entry.doc_id
                for passage in hit.passages
                if any(start <= passage.start < end for start, end in answering)
            ]
            assert found, f"{query} → {point}"
