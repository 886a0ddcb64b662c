"""The tables of the catalogue, and how a file of an older version becomes one of this version."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import quote

from photo_clip.adapters.catalog_damage import HIGHEST_NUMBER
from photo_clip.core.errors import StoreError

APPLICATION_ID = 0x70_68_63_6C
"""“phcl”: tells a catalogue from any other SQLite file."""
_CACHE_KIB = 8000
"""For each connection at most; with SQLite's 2,000, what is known of 500 found photos takes a third longer to read."""


def open_for_writing(file: Path) -> sqlite3.Connection:
    """Open the catalogue at `file`, made or brought up to this version where needed.

    Raises StoreError for a file that is no catalogue, or of a newer version; one of UNREADABLE otherwise.
    """
    connection = connect(file, read_only=False)
    try:
        _check_kind(connection, file)
        _migrate(connection, file)
        _check_numbers(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(file: Path) -> sqlite3.Connection:
    """Open an existing catalogue of this version, without writing to it. Raises as `open_for_writing` does."""
    connection = connect(file, read_only=True)
    try:
        _check_kind(connection, file)
        if version_of(connection) != len(MIGRATIONS):
            raise StoreError(
                "The library was made by an older photo-clip.",
                advice="Open the window, or run photo-clip index, once: that brings it up to date.",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def connect(file: Path, *, read_only: bool) -> sqlite3.Connection:
    """Connect with the settings every connection needs; the file's version is not looked at."""
    mode = "rwc" if not read_only else "ro&immutable=1" if _lies_on_a_read_only_disk(file) else "ro"
    # Transactions are begun by hand; a connection is used by one thread but closed by another.
    connection = sqlite3.connect(
        f"{address_of(file.absolute())}?mode={mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL, not NORMAL: a decision that was acknowledged outlives a power cut too. It costs a sync a batch.
            connection.execute("PRAGMA synchronous = FULL")
            for pragma in ("fullfsync", "checkpoint_fullfsync"):  # else macOS leaves it in the drive's own memory
                connection.execute(f"PRAGMA {pragma} = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def address_of(file: PurePath) -> str:
    """Return an absolute path as SQLite takes it: no server stands for itself there, but for a part of the path."""
    path = file.as_posix()
    return f"file://{quote(os.fsencode(path if path.startswith('/') else f'/{path}'))}"


def _lies_on_a_read_only_disk(file: Path) -> bool:
    """Whether a whole catalogue lies where SQLite could not make the files that it needs beside it even to read."""
    return not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists()


def version_of(connection: sqlite3.Connection) -> int:
    """Return which migration was the last; 0 for a new file."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _check_kind(connection: sqlite3.Connection, file: Path) -> None:
    kind = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    version = version_of(connection)
    if not is_empty and (kind, version) != (APPLICATION_ID, len(MIGRATIONS)):
        is_of_kind = kind == APPLICATION_ID or not has_all_tables(connection)
        if not is_of_kind or version_of_tables(connection) != version:
            raise sqlite3.DatabaseError("its kind, or its version, is not that of its tables")
    if kind != APPLICATION_ID and not is_empty:
        raise StoreError(
            f"The file “{file}” is not a photo-clip catalogue.", advice="Choose another folder for the library."
        )
    if version > len(MIGRATIONS):
        raise StoreError(
            "The library was made by a newer photo-clip.", advice="Install the newest photo-clip; nothing was changed."
        )


def _check_numbers(connection: sqlite3.Connection) -> None:
    """See that the next rows can have numbers; after the highest there is, SQLite says that the disk is full."""
    for name, number in connection.execute("SELECT name, seq FROM sqlite_sequence"):
        if not isinstance(number, int) or not 0 <= number <= HIGHEST_NUMBER:
            raise sqlite3.DatabaseError(f"no row of {name} has the number {number}")


def has_all_tables(connection: sqlite3.Connection) -> bool:
    """Whether the tables, indexes and triggers of this version are there, each just as it was made."""
    return _what_is_made(MIGRATIONS) <= _made_in(connection)


def version_of_tables(connection: sqlite3.Connection) -> int:
    """Return the version as it is told, or the newest where the tables are not of the former, but of that."""
    version = version_of(connection)
    is_told = version > 0 and _what_is_made(MIGRATIONS[:version]) <= _made_in(connection)
    return version if is_told or not has_all_tables(connection) else len(MIGRATIONS)


def check(connection: sqlite3.Connection) -> None:
    """Read the whole file, and see that it holds together: 1 s for 100,000 photos. Raises one of UNREADABLE.

    A quick check takes a quarter of that, and takes a sound page of one index in another for sound.
    """
    if not has_all_tables(connection):
        raise sqlite3.DatabaseError("its tables are not those of its version")
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _made_in(connection: sqlite3.Connection) -> frozenset[tuple[bytes, bytes, bytes]]:
    """Return the statements that made what is there, but for what the search for words makes for itself."""
    return frozenset(
        connection.execute(  # as bytes: of damage they may be no text
            """SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema
               WHERE type <> 'table' OR name NOT GLOB 'photo_words_*'"""
        )
    )


@cache
def _what_is_made(
    migrations: tuple[Callable[[sqlite3.Connection], None], ...],
) -> frozenset[tuple[bytes, bytes, bytes]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        make_tables(fresh, len(migrations))
        return _made_in(fresh)


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    version = version_of(connection)
    if version == len(MIGRATIONS):
        return
    if version > 0:
        copy = file.with_name(f"{file.name}.version-{version}")
        with closing(sqlite3.connect(copy)) as target:
            connection.backup(target)
    make_tables(connection, len(MIGRATIONS))


def make_tables(connection: sqlite3.Connection, up_to: int) -> None:
    """Bring a catalogue, or an empty file, to a version, each step whole or not at all."""
    version = version_of(connection)
    for number, migration in enumerate(MIGRATIONS[version:up_to], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migration(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _first_tables(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE folders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path BLOB NOT NULL UNIQUE,
            device TEXT NOT NULL,
            inode TEXT NOT NULL,
            state TEXT NOT NULL,
            offline_reason TEXT NOT NULL DEFAULT ''
        )""",
        """CREATE TABLE contents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            content_hash TEXT NOT NULL UNIQUE,
            width_px INTEGER NOT NULL,
            height_px INTEGER NOT NULL,
            orientation INTEGER NOT NULL,
            exif_taken_at TEXT,
            camera TEXT NOT NULL,
            latitude REAL,
            longitude REAL
        )""",
        # File names can be any bytes, so paths are kept as bytes.
        """CREATE TABLE photos (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
            relative_path BLOB NOT NULL,
            size_bytes INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            content_id INTEGER REFERENCES contents (id),
            taken_at TEXT,
            taken_source TEXT,
            skip_reason TEXT NOT NULL DEFAULT '',
            missing_since_s REAL,
            UNIQUE (folder_id, relative_path)
        )""",
        "CREATE INDEX photos_by_content ON photos (content_id)",
        "CREATE INDEX photos_by_time ON photos (taken_at)",
        """CREATE TABLE models (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            dimensions INTEGER NOT NULL
        )""",
        # AUTOINCREMENT: row numbers only grow, so "what was stored since" is a range.
        """CREATE TABLE embeddings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
            content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            vector BLOB NOT NULL,
            UNIQUE (model_id, content_id)
        )""",
        "CREATE INDEX embeddings_by_content ON embeddings (content_id)",
        "CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE decisions (
            photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
            label_id INTEGER NOT NULL REFERENCES labels (id),
            accepted INTEGER NOT NULL,
            decided_at_s REAL NOT NULL,
            PRIMARY KEY (photo_id, label_id)
        ) WITHOUT ROWID""",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ):
        connection.execute(statement)


_FOLDER_NAME = "replace(f.name, rtrim(f.name, replace(f.name, '/', '')), '')"
"""The last part of a path: what is left of it without all up to the last slash."""
_WORDS = f"""
    SELECT p.id, {_FOLDER_NAME} || '/' || CAST(p.relative_path AS TEXT),
           coalesce(c.caption || ' ' || (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(c.keywords)), '')
    FROM photos p JOIN (SELECT id, replace(CAST(path AS TEXT), '\\', '/') AS name FROM folders) f ON f.id = p.folder_id
    LEFT JOIN contents c ON c.id = p.content_id
"""  # noqa: S608


def _words_marks_and_looks(connection: sqlite3.Connection) -> None:
    """Photos can be found by words, marked by people, and told from their near-duplicates; searches can be kept."""
    for statement in (
        "ALTER TABLE contents ADD COLUMN rating INTEGER",
        "ALTER TABLE contents ADD COLUMN caption TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE contents ADD COLUMN keywords TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE contents ADD COLUMN fingerprint INTEGER",
        "ALTER TABLE contents ADD COLUMN sharpness REAL",
        """CREATE TABLE marks (
            photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
            is_favourite INTEGER NOT NULL DEFAULT 0,
            rating INTEGER
        )""",
        """CREATE TABLE saved_searches (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            query TEXT NOT NULL
        )""",
        "CREATE INDEX embeddings_by_model ON embeddings (model_id)",  # with it a model's last row is found at once
        "CREATE VIRTUAL TABLE photo_words USING fts5 (path, said, tokenize = 'unicode61 remove_diacritics 2')",
        f"INSERT INTO photo_words (rowid, path, said) {_WORDS}",
        f"""CREATE TRIGGER photo_words_come AFTER INSERT ON photos BEGIN
            INSERT INTO photo_words (rowid, path, said) {_WORDS} WHERE p.id = new.id;
        END""",
        f"""CREATE TRIGGER photo_words_change AFTER UPDATE OF relative_path, folder_id, content_id ON photos BEGIN
            DELETE FROM photo_words WHERE rowid = old.id;
            INSERT INTO photo_words (rowid, path, said) {_WORDS} WHERE p.id = new.id;
        END""",  # noqa: S608
        """CREATE TRIGGER photo_words_go AFTER DELETE ON photos BEGIN
            DELETE FROM photo_words WHERE rowid = old.id;
        END""",
    ):
        connection.execute(statement)


def _miniatures(connection: sqlite3.Connection) -> None:
    """Photos whose fingerprints are alike can be compared closer."""
    connection.execute("ALTER TABLE contents ADD COLUMN miniature BLOB")


def _tags(connection: sqlite3.Connection) -> None:
    """Labels come in lists, decisions say what they answered, and can be undone."""
    for statement in (
        "ALTER TABLE decisions ADD COLUMN model_key TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX decisions_by_label ON decisions (label_id)",
        "ALTER TABLE labels ADD COLUMN line REAL",
        "CREATE TABLE label_lists (name TEXT PRIMARY KEY, text TEXT NOT NULL, is_on INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, before TEXT NOT NULL)",
    ):
        connection.execute(statement)


def _lists_of_folders(connection: sqlite3.Connection) -> None:
    """A label list may be for one folder alone."""
    connection.execute("ALTER TABLE label_lists ADD COLUMN folder TEXT NOT NULL DEFAULT ''")


def _tiles(connection: sqlite3.Connection) -> None:
    """Parts of photos have embeddings of their own, in folders where small things are looked for."""
    for statement in (
        """CREATE TABLE tiled_folders (
            folder_id INTEGER PRIMARY KEY REFERENCES folders (id) ON DELETE CASCADE
        )""",
        # One blob a content: its tiles in order, two bytes a number.
        """CREATE TABLE tiles (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
            content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            vectors BLOB NOT NULL,
            UNIQUE (model_id, content_id)
        )""",
        "CREATE INDEX tiles_by_content ON tiles (content_id)",
        "CREATE INDEX tiles_by_model ON tiles (model_id)",
        # Whether the folder is switched off or removed: what no other folder needs goes with it.
        """CREATE TRIGGER tiles_go AFTER DELETE ON tiled_folders BEGIN
            DELETE FROM tiles WHERE NOT EXISTS (
                SELECT 1 FROM photos p JOIN tiled_folders t ON t.folder_id = p.folder_id
                WHERE p.content_id = tiles.content_id
            );
        END""",
    ):
        connection.execute(statement)


def _what_people_decided_twice(connection: sqlite3.Connection) -> None:
    """What people decided stands in the file a second time, in an index, to be read where the table is damaged."""
    for statement in (
        "DROP INDEX decisions_by_label",
        "CREATE INDEX decisions_by_label ON decisions (label_id, accepted, decided_at_s, model_key)",
        "CREATE INDEX marks_again ON marks (photo_id, is_favourite, rating)",
    ):
        connection.execute(statement)


_WORDS_WITH_SIDECARS = f"""
    SELECT p.id, {_FOLDER_NAME} || '/' || CAST(p.relative_path AS TEXT),
           coalesce(c.caption || ' ' || (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(c.keywords)), '')
           || coalesce(' ' || s.caption || ' '
                       || (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(s.keywords)), '')
    FROM photos p JOIN (SELECT id, replace(CAST(path AS TEXT), '\\', '/') AS name FROM folders) f ON f.id = p.folder_id
    LEFT JOIN contents c ON c.id = p.content_id LEFT JOIN sidecars s ON s.photo_id = p.id
"""  # noqa: S608


def _sidecars(connection: sqlite3.Connection) -> None:
    """What sidecars say is known apart from what photos' files say, and read again when they change."""
    for statement in (
        """CREATE TABLE sidecars (
            photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
            seen TEXT NOT NULL,
            read TEXT,
            written TEXT,
            rating INTEGER,
            caption TEXT NOT NULL DEFAULT '',
            keywords TEXT NOT NULL DEFAULT '[]',
            change TEXT,
            noticed_at_s REAL
        )""",
        "CREATE INDEX sidecars_waiting ON sidecars (photo_id) WHERE seen IS NOT read",
        "CREATE INDEX sidecars_changed ON sidecars (photo_id) WHERE change IS NOT NULL",
        "ALTER TABLE contents ADD COLUMN says_for_sidecars INTEGER NOT NULL DEFAULT 0",
        "UPDATE contents SET says_for_sidecars = 1 WHERE keywords <> '[]' OR caption <> '' OR rating IS NOT NULL",
        "DROP TRIGGER photo_words_come",
        "DROP TRIGGER photo_words_change",
        f"""CREATE TRIGGER photo_words_come AFTER INSERT ON photos BEGIN
            INSERT INTO photo_words (rowid, path, said) {_WORDS_WITH_SIDECARS} WHERE p.id = new.id;
        END""",
        f"""CREATE TRIGGER photo_words_change AFTER UPDATE OF relative_path, folder_id, content_id ON photos BEGIN
            DELETE FROM photo_words WHERE rowid = old.id;
            INSERT INTO photo_words (rowid, path, said) {_WORDS_WITH_SIDECARS} WHERE p.id = new.id;
        END""",  # noqa: S608
        f"""CREATE TRIGGER photo_words_of_sidecars_change AFTER UPDATE OF caption, keywords ON sidecars BEGIN
            DELETE FROM photo_words WHERE rowid = new.photo_id;
            INSERT INTO photo_words (rowid, path, said) {_WORDS_WITH_SIDECARS} WHERE p.id = new.photo_id;
        END""",  # noqa: S608
    ):
        connection.execute(statement)


def _shown_photos_by_content(connection: sqlite3.Connection) -> None:
    """Which photos have a content, and are shown, is answered by the index alone; no row of the table is read."""
    for statement in (
        "DROP INDEX photos_by_content",
        "CREATE INDEX photos_by_content ON photos (content_id, missing_since_s)",
    ):
        connection.execute(statement)


def _filters_by_indexes(connection: sqlite3.Connection) -> None:
    """When photos were taken, their cameras, keywords and look-alikes are answered by indexes."""
    for statement in (
        "DROP INDEX photos_by_time",
        "CREATE INDEX photos_by_time ON photos (taken_at, missing_since_s, content_id)",
        "CREATE INDEX contents_by_camera ON contents (camera)",
        "CREATE INDEX contents_by_keywords ON contents (keywords) WHERE keywords <> '[]'",
        "CREATE INDEX contents_by_fingerprint ON contents (fingerprint)",
    ):
        connection.execute(statement)


def _places_sizes_and_ratings_by_indexes(connection: sqlite3.Connection) -> None:
    """Where photos were taken, how large they are and the ratings in them are read without the rest of the rows."""
    for statement in (
        "CREATE INDEX contents_by_place ON contents (latitude, longitude) WHERE latitude IS NOT NULL",
        "CREATE INDEX contents_by_size ON contents (width_px, height_px)",
        "CREATE INDEX contents_by_rating ON contents (rating) WHERE rating IS NOT NULL",
    ):
        connection.execute(statement)


def _photos_in_the_cloud(connection: sqlite3.Connection) -> None:
    """Photos whose files are only in the cloud wait until they are on this computer."""
    connection.execute("ALTER TABLE photos ADD COLUMN only_in_cloud INTEGER NOT NULL DEFAULT 0")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _first_tables,
    _words_marks_and_looks,
    _miniatures,
    _tags,
    _lists_of_folders,
    _tiles,
    _what_people_decided_twice,
    _sidecars,
    _shown_photos_by_content,
    _filters_by_indexes,
    _places_sizes_and_ratings_by_indexes,
    _photos_in_the_cloud,
)
"""In order; number n makes a file of version n from one of version n - 1. Never changed, only added to."""
