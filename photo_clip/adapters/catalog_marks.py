"""Favourites, stars and kept searches in the catalogue."""

from collections.abc import Sequence

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.core.photo import SavedSearch


class SqliteMarks:
    """Keeps the `MarkStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def set_favourite(self, photo_ids: Sequence[int], is_favourite: bool) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                """INSERT INTO marks (photo_id, is_favourite) VALUES (?, ?)
                   ON CONFLICT (photo_id) DO UPDATE SET is_favourite = excluded.is_favourite""",
                ((int(photo_id), int(is_favourite)) for photo_id in photo_ids),
            )

    def rate(self, photo_ids: Sequence[int], stars: int | None) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                """INSERT INTO marks (photo_id, rating) VALUES (?, ?)
                   ON CONFLICT (photo_id) DO UPDATE SET rating = excluded.rating""",
                ((int(photo_id), stars) for photo_id in photo_ids),
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
