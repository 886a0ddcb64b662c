"""What people decided and marked, as it was before each time, so that it can be taken back in the catalogue."""

import json
import sqlite3
from collections.abc import Sequence

from photo_clip.adapters.catalog_damage import Before, before_of, rows_understood
from photo_clip.adapters.catalog_rows import json_list

_KEPT_AT_MOST = 200


def note(connection: sqlite3.Connection, before: Sequence[Before]) -> None:
    """Remember how things were that are about to be changed; together they are taken back."""
    if before:
        connection.execute("INSERT INTO journal (before) VALUES (?)", (json.dumps(before),))
        connection.execute("DELETE FROM journal WHERE id <= (SELECT max(id) FROM journal) - ?", (_KEPT_AT_MOST,))


def take_last(connection: sqlite3.Connection) -> list[Before] | None:
    """Return how things were before they were changed last, in the order of the changes, and forget it."""
    row = connection.execute("SELECT id, before FROM journal ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM journal WHERE id = ?", (row[0],))
    with rows_understood():
        return before_of(row[1])


def marks_now(connection: sqlite3.Connection, photo_ids: Sequence[int]) -> list[Before]:
    """Return the marks of photos as the journal holds them; photos that are not known are left out."""
    return connection.execute(
        """SELECT p.id, '', m.is_favourite, m.rating, '' FROM photos p LEFT JOIN marks m ON m.photo_id = p.id
           WHERE p.id IN (SELECT value FROM json_each(?))""",
        (json_list(photo_ids),),
    ).fetchall()


def mark_again(connection: sqlite3.Connection, photo_id: int, is_favourite: int | None, rating: float | None) -> None:
    """Give a photo the marks that `marks_now` returned once."""
    connection.execute("DELETE FROM marks WHERE photo_id = ?", (photo_id,))
    if is_favourite is not None:
        connection.execute(
            "INSERT INTO marks (photo_id, is_favourite, rating) SELECT id, ?, ? FROM photos WHERE id = ?",
            (is_favourite, rating, photo_id),
        )
