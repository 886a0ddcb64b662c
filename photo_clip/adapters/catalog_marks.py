"""Favourites, stars and kept searches in the catalogue."""

from collections.abc import Sequence

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_journal import marks_now, note
from photo_clip.adapters.catalog_rows import json_list
from photo_clip.core.photo import SavedSearch


class SqliteMarks:
    """Keeps the `MarkStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def set_favourite(self, photo_ids: Sequence[int], is_favourite: bool) -> None:
        self._set("is_favourite", int(is_favourite), photo_ids)

    def rate(self, photo_ids: Sequence[int], stars: int | None) -> None:
        self._set("rating", stars, photo_ids)

    def _set(self, column: str, value: int | None, photo_ids: Sequence[int]) -> None:
        with self._connections.writing() as connection:
            note(connection, marks_now(connection, photo_ids))
            connection.execute(
                f"""INSERT INTO marks (photo_id, {column})
                    SELECT id, ? FROM photos WHERE id IN (SELECT value FROM json_each(?))
                    ON CONFLICT (photo_id) DO UPDATE SET {column} = excluded.{column}""",  # noqa: S608
                (value, json_list(photo_ids)),
            )

    def saved_searches(self) -> list[SavedSearch]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT name, query FROM saved_searches ORDER BY name COLLATE NOCASE").fetchall()
        return [SavedSearch(name, query) for name, query in rows]

    def save_search(self, search: SavedSearch) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                """INSERT INTO saved_searches (name, query) VALUES (?, ?)
                   ON CONFLICT (name) DO UPDATE SET query = excluded.query""",
                (search.name, search.query),
            )

    def forget_search(self, name: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM saved_searches WHERE name = ?", (name,))
