"""Every number that ranking uses, in one place. It stands in the manifest; `dafu eval ablate` varies it.

Measured on the dev split of the leader messages (nDCG@10, subjects and messages) unless something else is said; the
tables stand in eval/ablation.md.
"""

from pydantic import BaseModel, ConfigDict

from indexer.terms.kinds import Kind


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindWeights(_Frozen):
    """What a term of each kind weighs.

    Bigrams carry a query of any length. Words, single characters and concepts help where few terms say what is meant,
    and are noise where many do: their weights fall with the query's length.
    """

    words: float = 0.2
    bigrams: float = 1.0
    characters: float = 0.3
    concepts: float = 0.7


class FieldWeights(_Frozen):
    """What a passage's fields weigh. A title says in ten words what a document is about; of headings a part repeats the
    body's own words."""

    title: float = 1.0
    headings: float = 0.5
    body: float = 1.0
    question: float = 1.0


class PointParameters(_Frozen):
    """How the points of a proposal are matched.

    Chosen on every second proposal of eval/sample/proposals.jsonl, 38 points with an answer and 13 without;
    eval/README.md has what they come to on the others.
    """

    min_chance: float = 0.35
    """The chance of answering a point, by the archive's calibration, below which a document is no precedent."""

    document_share: float = 0.5
    """A document's score beside its passage's. Points with their answer in the first five: 35 with this share or none,
    33 document by document with a passage each, 31 with three."""

    context_share: float = 0.3
    """The context's score beside the point's own; anything from 0.1 to 0.5 does the same here, more loses."""

    considered: int = 200
    """Documents of a point whose passages compete."""


class RankingParameters(_Frozen):
    """Immutable; a changed copy comes from `model_copy(update=…)`.

    `vector_weight` is the archive's own, from its calibration: the weight of the vector score beside BM25's 1.
    """

    kinds: KindWeights = KindWeights()
    fields: FieldWeights = FieldWeights()
    points: PointParameters = PointParameters()
    vector_weight: float = 1.0

    k1: float = 2.0
    b: float = 0.95
    """Of BM25 over whole documents, BM25 alone: k1 1.2, b 0.75 (tantivy's) 0.724 and 0.771; k1 2, b 0.75 0.727 and
    0.770; k1 2, b 0.95 0.726 and 0.787; k1 3, b 0.95 0.726 and 0.788. A reply is long because it is thorough or because
    it thanks and reports: without b near 1 the long ones gather chance matches."""

    short_query: int = 24
    """Bigrams up to which every kind has its full weight; beyond, the weights of the other kinds fall as 24 / n."""

    min_kind_weight: float = 0.02
    """A kind that falls below adds nothing, and its terms stand in every document."""

    max_passage_terms: int = 64
    """The rarest terms of each kind that passages are asked for: each is a clause in every field, and 2,000 pasted
    characters have 1,800 terms. Documents are ranked by all of them; here they only choose among passages."""

    passage_share: float = 0.8
    """A passage's BM25 where it competes with its document's: a long document on seven asks is found by the passage on
    one. On the leader messages, whose replies are short, any share up to 0.8 changes nothing; on five long documents
    about one field (20 asks in other words) it puts 3 more of them first."""

    depth: int = 1000
    """Documents that each kind of retrieval hands to fusion. The same for every page of a result, or its scores, and
    with them its order and its total, would change from page to page."""

    long_share: float = 0.4
    """What the longest query keeps of the vector weight. The more terms a text has, the more BM25 knows of it: by a
    weight of 0.5, 1 and 1.5 at every length, subjects 0.743, 0.751, 0.755, messages 0.806, 0.799, 0.795."""

    length_share: float = 0.4
    """Of the logarithm of a document's length beside the mean, taken off the sum of both scores: a long document comes
    near to everything. Subjects 0.750 to 0.755, messages 0.801 to 0.810, and nothing on the sample archive."""

    name_share: float = 0.75
    """What the best document gains by having what a query names, for each kind of it (a bureau, a year), as a share of
    its distance from the middle candidate. On every second of 40 asks that name something, nDCG@10: 0.992, 0.992 and
    0.986 for 0.5, 0.75 and 1; at 0.5 another bureau's reply that holds the words more often may still come first."""

    usual_coverage: float = 2.7
    """Answers hold about 2.7 / sqrt(n) of the rarity-weighted terms of a query of n bigrams, 1 at most. On the odd
    topics of the sample archive, best hits: 0.85 of 10, 0.33 of 22, 0.32 of 100, 0.17 of 400."""

    absent_documents: int = 100
    """Documents that an archive lacks, added when it is asked how rare a term is for coverage: five documents about one
    field hold all of its words, and those say what they are about all the same."""

    def kind_weights(self, bigrams: int) -> dict[Kind, float]:
        """What a term of each kind weighs in a query of so many bigrams."""
        falling = self.falling(bigrams)
        given: dict[Kind, float] = {
            "words": self.kinds.words * falling,
            "bigrams": self.kinds.bigrams,
            "characters": self.kinds.characters * falling,
            "concepts": self.kinds.concepts * falling,
        }
        return {kind: weight if weight >= self.min_kind_weight else 0.0 for kind, weight in given.items()}

    def falling(self, bigrams: int) -> float:
        """The share of its full weight that a kind keeps in a query of so many bigrams."""
        return min(1.0, self.short_query / max(1, bigrams))

    def vector_share(self, bigrams: int) -> float:
        """What a query of so many bigrams leaves of the vector weight."""
        return self.long_share + (1 - self.long_share) * self.falling(bigrams)

    def coverage_of_answers(self, bigrams: int) -> float:
        """The coverage that an answer usually reaches for a query of so many bigrams."""
        return float(min(1.0, self.usual_coverage / max(1, bigrams) ** 0.5))
