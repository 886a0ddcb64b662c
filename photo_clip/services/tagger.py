"""Gives photos tags and takes them away, as people decide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from photo_clip.core.errors import UsageError
from photo_clip.core.labels import label_name, renamed, tag_name
from photo_clip.core.ports import Clock
from photo_clip.core.stores import Catalog
from photo_clip.core.tags import Decision, Undone
from photo_clip.services.models import Models


class Tagger:
    """Keeps what people decide. Any thread may use it."""

    def __init__(
        self,
        catalog: Catalog,
        models: Models,
        clock: Clock,
        follow: Callable[[Iterable[int]], object] = lambda _photo_ids: None,
    ) -> None:
        """`follow` hears of photos whose tags were changed."""
        self._catalog = catalog
        self._models = models
        self._clock = clock
        self._follow = follow

    def decide(
        self, photo_ids: Sequence[int], label: str, accepted: bool | None, *, is_suggested: bool = False
    ) -> None:
        """Accept, reject or, with None, take back a label for photos. `is_suggested`: the model had suggested it."""
        self._decide(photo_ids, {label: accepted}, self._models.active_key() if is_suggested else "")

    def decide_all(self, photo_ids: Sequence[int], wanted: Mapping[str, bool]) -> None:
        """Accept or reject labels for photos, by the labels' names; all together are undone at once."""
        self._decide(photo_ids, wanted, "")

    def accept(self, suggested: Mapping[str, Sequence[int]]) -> None:
        """Accept suggested labels for photos, by the labels' names; all together are undone at once."""
        self._catalog.tags.decide(
            [Decision(int(photo_id), name, True) for name, ids in suggested.items() for photo_id in ids],
            now_s=self._clock(),
            model_key=self._models.active_key(),
        )
        self._follow({photo_id for ids in suggested.values() for photo_id in ids})

    def rename(self, name: str, to: str) -> None:
        """Give a label another name, in the lists too; its decisions and its line come along, its tags are renamed.

        Raises UsageError for a name that a list cannot hold, or that another label of the same list has.
        """
        wanted = label_name(to)
        changed = []
        for each in self._catalog.tags.lists():
            new = replace(each, text=renamed(each.text, name, wanted))
            if new != each:
                new.labels()
                changed.append(new)
        for each in changed:
            self._catalog.tags.save_list(each)
        photo_ids = list(self._catalog.tags.decided(name))
        self._catalog.tags.rename(name, wanted)
        self._follow(photo_ids)

    def undo(self) -> Undone | None:
        """Take back what was decided or marked last."""
        undone = self._catalog.tags.undo()
        if undone is not None:
            self._follow(undone.photo_ids)
        return undone

    def _decide(self, photo_ids: Sequence[int], wanted: Mapping[str, bool | None], model_key: str) -> None:
        by_name = {tag_name(label): accepted for label, accepted in wanted.items()}
        if "" in by_name:
            raise UsageError("A tag has no name.", advice="Write a word for it.")
        decisions = [Decision(int(each), name, accepted) for name, accepted in by_name.items() for each in photo_ids]
        self._catalog.tags.decide(decisions, now_s=self._clock(), model_key=model_key)
        self._follow(photo_ids)
