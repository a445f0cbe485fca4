"""The tables of the archive, as numbered steps: step n brings an archive from version n - 1 to version n.

A new archive goes through all of them, so an old one ends up with the same tables. A step that has been released is
never changed: what the archive holds cannot be made again from files that are gone. tests/data/frozen has an archive
of version 2 to test with.
"""

_DOCUMENTS = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    parser TEXT NOT NULL, read_at TEXT NOT NULL, errors TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE versions (
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, content_sha256 TEXT NOT NULL, json TEXT NOT NULL,
    stored_at TEXT NOT NULL, PRIMARY KEY (doc_id, json_sha256)
);
CREATE TABLE origins (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE,
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL,
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
);
CREATE INDEX origins_by_document ON origins(doc_id, sequence);
CREATE INDEX origins_by_path ON origins(path);
"""

_SCOPES_AND_ORPHANS = """
ALTER TABLE files ADD COLUMN scope TEXT NOT NULL DEFAULT '公开';
CREATE TABLE scopes (folder TEXT PRIMARY KEY, scope TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE uncarried (
    doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (doc_id, json_sha256)
) WITHOUT ROWID;
CREATE TRIGGER version_dropped AFTER DELETE ON origins WHEN NOT EXISTS (
    SELECT 1 FROM origins WHERE doc_id = OLD.doc_id AND json_sha256 = OLD.json_sha256
) BEGIN
    INSERT OR IGNORE INTO uncarried VALUES (OLD.doc_id, OLD.json_sha256, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'));
END;
CREATE TRIGGER version_carried AFTER INSERT ON origins BEGIN
    DELETE FROM uncarried WHERE doc_id = NEW.doc_id AND json_sha256 = NEW.json_sha256;
END;
INSERT INTO uncarried SELECT doc_id, json_sha256, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') FROM versions
WHERE (doc_id, json_sha256) NOT IN (SELECT doc_id, json_sha256 FROM origins);
"""
"""`uncarried` has the versions that no file holds any more, and since when: a purge goes by it."""

_DERIVATIONS = """
CREATE TABLE derivations (
    name TEXT NOT NULL, version INTEGER NOT NULL, doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL,
    rows_json TEXT NOT NULL, PRIMARY KEY (name, version, doc_id, json_sha256),
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
);
CREATE INDEX derivations_by_document ON derivations(doc_id, json_sha256);
"""

_PASSAGES = """
CREATE TABLE passages (
    doc_id TEXT NOT NULL, anchor TEXT NOT NULL, json_sha256 TEXT NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, PRIMARY KEY (doc_id, anchor, json_sha256),
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
) WITHOUT ROWID;
"""
"""Every passage that was ever indexed, by its address: an address still leads to its words when they are cut, masked or
written otherwise."""

SQLITE = (_DOCUMENTS, _SCOPES_AND_ORPHANS, _DERIVATIONS, _PASSAGES)
