"""Labels, label lists and decisions in the catalogue."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_damage import Before, rows_understood
from photo_clip.adapters.catalog_filters import tag_counts_of
from photo_clip.adapters.catalog_journal import mark_again, note, take_last
from photo_clip.adapters.catalog_rows import json_list
from photo_clip.core.labels import LabelList
from photo_clip.core.tags import Decision, Tag, Undone


class SqliteTags:
    """Keeps the `TagStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def decide(self, decisions: Sequence[Decision], *, now_s: float, model_key: str = "") -> None:
        with self._connections.writing() as connection:
            spellings = {label: _spellings(connection, label) for label in sorted({each.label for each in decisions})}
            before: list[Before] = []
            for each in decisions:
                (label_id, name), *others = spellings[each.label]
                for other_id, other in ((label_id, name), *others):
                    row = connection.execute(
                        "SELECT accepted, decided_at_s, model_key FROM decisions WHERE photo_id = ? AND label_id = ?",
                        (each.photo_id, other_id),
                    ).fetchone()
                    if row is not None or other_id == label_id:
                        before.append((each.photo_id, other, *(row or (None, None, ""))))
                    connection.execute(
                        "DELETE FROM decisions WHERE photo_id = ? AND label_id = ?", (each.photo_id, other_id)
                    )
                if each.accepted is not None:
                    connection.execute(
                        """INSERT INTO decisions (photo_id, label_id, accepted, decided_at_s, model_key)
                           SELECT id, ?, ?, ?, ? FROM photos WHERE id = ?""",
                        (label_id, int(each.accepted), now_s, model_key, each.photo_id),
                    )
            note(connection, before)

    def undo(self) -> Undone | None:
        with self._connections.writing() as connection:
            before = take_last(connection)
            if before is None:
                return None
            labels = connection.execute("SELECT name, id FROM labels").fetchall()
            ids = {name.casefold(): label_id for name, label_id in labels} | dict(labels)
            for photo_id, label, accepted, at_s, model_key in reversed(before):
                if not label:
                    mark_again(connection, photo_id, accepted, at_s)
                    continue
                label_id = ids.get(label, ids.get(label.casefold()))  # its capitals may have changed since
                if label_id is None:
                    continue
                connection.execute("DELETE FROM decisions WHERE photo_id = ? AND label_id = ?", (photo_id, label_id))
                if accepted is not None:
                    connection.execute(
                        """INSERT INTO decisions (photo_id, label_id, accepted, decided_at_s, model_key)
                           SELECT id, ?, ?, ?, ? FROM photos WHERE id = ?""",
                        (label_id, accepted, at_s, model_key, photo_id),
                    )
        return Undone(
            tuple(dict.fromkeys(label for _, label, *_ in before if label)), tuple(photo_id for photo_id, *_ in before)
        )

    def decided(self, label: str) -> dict[int, bool]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT d.photo_id, d.accepted FROM decisions d JOIN labels l ON l.id = d.label_id
                   WHERE l.name = ? COLLATE NOCASE ORDER BY d.decided_at_s""",
                (label,),
            ).fetchall()
        return {photo_id: bool(accepted) for photo_id, accepted in rows}

    def decisions(self, photo_id: int) -> dict[str, bool]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT l.name, d.accepted FROM decisions d JOIN labels l ON l.id = d.label_id WHERE d.photo_id = ?",
                (photo_id,),
            ).fetchall()
        return {name: bool(accepted) for name, accepted in rows}

    def tags_of(self, photo_ids: Sequence[int]) -> dict[int, list[Tag]]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT d.photo_id, l.name, d.decided_at_s, d.model_key
                   FROM decisions d JOIN labels l ON l.id = d.label_id
                   WHERE d.accepted AND d.photo_id IN (SELECT value FROM json_each(?)) ORDER BY l.name""",
                (json_list(photo_ids),),
            ).fetchall()
            in_files = connection.execute(
                """SELECT p.id, w.value, 0 FROM photos p JOIN contents c ON c.id = p.content_id, json_each(c.keywords) w
                   WHERE c.keywords <> '[]' AND p.id IN (SELECT value FROM json_each(?1))
                   UNION ALL
                   SELECT s.photo_id, w.value, 1 FROM sidecars s, json_each(s.keywords) w
                   WHERE s.keywords <> '[]' AND s.photo_id IN (SELECT value FROM json_each(?1))""",
                (json_list(photo_ids),),
            ).fetchall()
            return _tags_of(rows, in_files)

    def counts(self) -> dict[str, int]:
        with self._connections.reading() as connection:
            return tag_counts_of(connection)

    def is_any_given(self) -> bool:
        with self._connections.reading() as connection:
            row = connection.execute("SELECT EXISTS (SELECT 1 FROM decisions WHERE accepted)").fetchone()
        return bool(row[0])

    def rename(self, name: str, to: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("INSERT INTO labels (name) VALUES (?) ON CONFLICT DO NOTHING", (to,))
            (kept, _), *others = _spellings(connection, to)
            for label_id, _ in (*others, *_spellings(connection, name)):
                if label_id == kept:
                    continue
                connection.execute("UPDATE OR IGNORE decisions SET label_id = ? WHERE label_id = ?", (kept, label_id))
                connection.execute("DELETE FROM decisions WHERE label_id = ?", (label_id,))
                connection.execute(
                    "UPDATE labels SET line = (SELECT line FROM labels WHERE id = ?) WHERE id = ? AND line IS NULL",
                    (label_id, kept),
                )
                connection.execute("DELETE FROM labels WHERE id = ?", (label_id,))

    def lines(self) -> Mapping[str, float]:
        with self._connections.reading() as connection:
            return dict(connection.execute("SELECT name, line FROM labels WHERE line IS NOT NULL").fetchall())

    def set_line(self, label: str, line: float | None) -> None:
        with self._connections.writing() as connection:
            for label_id, _ in _spellings(connection, label):
                connection.execute("UPDATE labels SET line = ? WHERE id = ?", (line, label_id))

    def lists(self) -> list[LabelList]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT name, text, is_on, folder FROM label_lists ORDER BY name COLLATE NOCASE"
            ).fetchall()
        return [LabelList(name, text, bool(is_on), folder) for name, text, is_on, folder in rows]

    def save_list(self, changed: LabelList) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                """INSERT INTO label_lists (name, text, is_on, folder) VALUES (?, ?, ?, ?)
                   ON CONFLICT (name) DO UPDATE SET text = excluded.text, is_on = excluded.is_on,
                   folder = excluded.folder""",
                (changed.name, changed.text, int(changed.is_on), changed.folder),
            )

    def remove_list(self, name: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM label_lists WHERE name = ?", (name,))


def _spellings(connection: sqlite3.Connection, label: str) -> list[tuple[int, str]]:
    """Return the labels of a name with their ids, whatever its capitals, as it is first; it is there afterwards.

    Catalogues of earlier versions may hold several.
    """
    connection.execute(
        "INSERT INTO labels (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM labels WHERE name = ?1 COLLATE NOCASE)",
        (label,),
    )
    return connection.execute(
        "SELECT id, name FROM labels WHERE name = ?1 COLLATE NOCASE ORDER BY name <> ?1, id", (label,)
    ).fetchall()


@rows_understood()
def _tags_of(given: Sequence[tuple[Any, ...]], in_files: Sequence[tuple[Any, ...]]) -> dict[int, list[Tag]]:
    """Return the tags of photos by their ids: those that people gave, and the others that files and sidecars hold."""
    found: dict[int, list[Tag]] = {}
    for photo_id, name, at_s, model_key in given:
        found.setdefault(photo_id, []).append(Tag(name, datetime.fromtimestamp(at_s), model_key))
    for photo_id, name, in_sidecar in in_files:
        tags = found.setdefault(photo_id, [])
        if name.casefold() not in {tag.name.casefold() for tag in tags}:
            tags.append(Tag(name, in_file=not in_sidecar, in_sidecar=bool(in_sidecar)))
    return found
