"""The SQL that differs from one database to another. All other SQL of the archive is standard (see sql.py).

Not for: the tables themselves, which are in migrations.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """Expressions over the archive's columns, and what else a database says in its own way."""

    placeholder: str
    begin: str  # starts a transaction that is going to write
    insertion_order: str  # the order in which versions were added
    stored_bytes: str  # the UTF-8 bytes of the column {} as they are stored, also where they are damaged
    json_scope: str  # the scope of the document in versions.json, NULL where it has none
    json_contains: str  # whether versions.json contains the text of one parameter

    def sql(self, standard: str) -> str:
        """The statement with this database's placeholders for `?`, which stands for nothing else in our statements.

        >>> Dialect("%s", "BEGIN", "", "", "", "").sql("SELECT path FROM files WHERE path = ?")
        'SELECT path FROM files WHERE path = %s'
        """
        return standard.replace("?", self.placeholder)


SQLITE = Dialect(
    placeholder="?",
    begin="BEGIN IMMEDIATE",
    insertion_order="rowid",
    stored_bytes="CAST({} AS BLOB)",
    json_scope="json_extract(json, '$.scope')",
    json_contains="instr(json, ?) > 0",
)
