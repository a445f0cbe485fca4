"""Feeds the same passages, vectors and topics to the programs that people would use instead.

`python -m eval.peers` feeds each peer from a dafu index, writes its rankings as a TREC run and measures all runs in one
go. The page of its documentation that a peer's settings follow is named at the head of its file. The libraries are an
extra, `peers`, and each is imported only when its peer is asked for.

Not for: speed, which eval/bench measures.
"""
