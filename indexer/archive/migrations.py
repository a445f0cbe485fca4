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

_KEY = """
CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO secrets VALUES ('pseudonyms', lower(hex(randomblob(32))));
"""
"""The key of the ids that stand in for those that are personal data (naming.py)."""

_RESTRICTIONS = """
CREATE TABLE restrictions (key TEXT PRIMARY KEY, scope TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (
    fingerprint TEXT NOT NULL, doc_id TEXT NOT NULL, json_sha256 TEXT NOT NULL,
    PRIMARY KEY (fingerprint, doc_id, json_sha256),
    FOREIGN KEY (doc_id, json_sha256) REFERENCES versions(doc_id, json_sha256)
) WITHOUT ROWID;
CREATE INDEX contents_by_version ON contents(doc_id, json_sha256);
CREATE TABLE sources (folder TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE alarms (
    kind TEXT NOT NULL, doc_id TEXT NOT NULL, path TEXT NOT NULL, asked TEXT NOT NULL, scope TEXT NOT NULL,
    holder TEXT NOT NULL, PRIMARY KEY (kind, doc_id, path)
) WITHOUT ROWID;
ALTER TABLE origins ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE origins ADD COLUMN asked TEXT NOT NULL DEFAULT '公开';
ALTER TABLE origins ADD COLUMN scope TEXT NOT NULL DEFAULT '公开';
ALTER TABLE origins ADD COLUMN since INTEGER;
UPDATE origins SET since = -sequence, asked = COALESCE((
    SELECT json_extract(json, '$.scope') FROM versions v
    WHERE v.doc_id = origins.doc_id AND v.json_sha256 = origins.json_sha256
), '公开');
UPDATE origins SET scope = asked;
CREATE TRIGGER version_replaced AFTER UPDATE OF json_sha256 ON origins BEGIN
    INSERT OR IGNORE INTO uncarried SELECT OLD.doc_id, OLD.json_sha256, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
    WHERE NOT EXISTS (SELECT 1 FROM origins WHERE doc_id = OLD.doc_id AND json_sha256 = OLD.json_sha256);
    DELETE FROM uncarried WHERE doc_id = NEW.doc_id AND json_sha256 = NEW.json_sha256;
END;
"""
"""What was once restricted (see memory.py), and whose an identity is. An origin has the source and the scope that it
asks for, the scope that its document has, and its place among the files that hold the identity (`since`; NULL: the
sequence); in an older archive the one that was live comes first."""

_VECTORS = """
CREATE TABLE vectors (
    fingerprint TEXT NOT NULL, text_sha256 TEXT NOT NULL, vector BLOB NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, text_sha256)
);
"""
"""Vectors of passages, by encoder and text: a passage is encoded once, whatever becomes of its document."""

_LEFT_OUT = """
CREATE TABLE left_out (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
"""
"""Files that were not read, or hold no reply where only replies are wanted."""

SQLITE = (_DOCUMENTS, _SCOPES_AND_ORPHANS, _DERIVATIONS, _PASSAGES, _KEY, _RESTRICTIONS, _VECTORS, _LEFT_OUT)
