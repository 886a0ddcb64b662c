"""Which photos the labels that are on fit, which of them one may not want to show, and which no label fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from photo_clip.core.errors import UsageError
from photo_clip.core.gaps import groups_among, names_of
from photo_clip.core.labels import tag_name
from photo_clip.core.scoring import probabilities
from photo_clip.core.stores import Catalog
from photo_clip.core.tags import Tag
from photo_clip.core.text_words import text_words
from photo_clip.services.label_judge import Judged, LabelJudge
from photo_clip.services.label_lists import labels_on
from photo_clip.services.models import Models

SENSITIVE = "sensitive"
"""The parent of labels whose photos are veiled."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Photos that lie close together, and that no label fits."""

    name: str
    """A phrase that fits them, and neither another gap nor a label that is on says."""
    photo_ids: list[int]
    """Those in the middle first; of copies one, and the others at the end."""


class LabelledPhotos:
    """Any thread may use it."""

    def __init__(self, catalog: Catalog, models: Models, judge: LabelJudge) -> None:
        self._catalog = catalog
        self._models = models
        self._judge = judge
        self._sensitive = (-1, frozenset[int]())

    def photos_fitting(self, name: str) -> list[int]:
        """Return the ids of photos that a label of the lists that are on fits: accepted, or suggested and open.

        `name` is the label's whole name, or its last part. Raises UsageError for one that is in no list that is on.
        """
        wanted = tag_name(name).casefold()
        on = labels_on(self._catalog.tags.lists())
        labels = on.labels
        fitting = [each for each in labels if wanted == each.name.casefold()]
        fitting = fitting or [each for each in labels if each.name.casefold().rpartition("/")[2] == wanted]
        if not fitting:
            known = ", ".join(each.name for each in labels[:8]) or "none yet"
            advice = f"Labels that are on: {known}. See the labels page."
            raise UsageError(
                f"No label “{name}” is on.", advice=" ".join([advice, *(each.sentence for each in on.unreadable)])
            )
        found: set[int] = set()
        for judged in self._judge.judge_some(fitting):
            found.update(judged.photo_ids[judged.suggested].tolist())
            found.update(photo_id for photo_id, accepted in judged.decided.items() if accepted)
        return sorted(found)

    def sensitive(self, tags: Mapping[int, Sequence[Tag]]) -> frozenset[int]:
        """Return which photos, whose tags are given by their ids, one may not want to show by chance.

        Those with a tag below “sensitive”, and those for which such a label is suggested, where its list is on.
        """
        tagged = {photo_id for photo_id, told in tags.items() if any(_is_sensitive(tag.name) for tag in told)}
        return frozenset(tagged | self._suggested_sensitive().intersection(tags))

    def _suggested_sensitive(self) -> frozenset[int]:
        version = self._catalog.version()
        if self._sensitive[0] != version:
            found: set[int] = set()
            labels = [each for each in self._judge.labels() if _is_sensitive(each.name)]
            for judged in self._judge.judge_some(labels) if labels else ():
                found.update(judged.photo_ids[judged.suggested].tolist())
            self._sensitive = (version, frozenset(found))
        return self._sensitive[1]

    def choices(self, photo_id: int) -> list[tuple[str, float]]:
        """Return a probability for each label of the lists that are on, most probable first; together they are 1.

        Zero-shot classification (Radford et al. 2021, arXiv 2103.00020): softmax of logit scale × cosine; it tells
        which label fits best, and not whether one fits. None for a photo that is not embedded, or where no list is on.
        """
        encoder = self._models.active_encoder()
        shown = self._judge.shown(encoder)
        place = np.flatnonzero(shown.photo_ids == photo_id)
        labels = self._judge.labels()
        if not labels or not len(place):
            return []
        vector = shown.table.rows(shown.rows[place[:1]])[0]
        cosines = np.array([self._judge.embedding(encoder, label.words) @ vector for label in labels], np.float32)
        shares = probabilities(cosines, encoder.logit_scale)
        order = np.argsort(-shares, kind="stable")
        return [(labels[row].name, float(shares[row])) for row in order]

    def gaps(self, judged: Sequence[Judged]) -> tuple[list[Gap], int]:
        """Return groups of photos that none of these labels fits, the tightest first, and how many photos fit none.

        A photo fits where a label is suggested for it or was accepted. Names come from the generic phrases.
        """
        encoder = self._models.active_encoder()
        shown = self._judge.shown(encoder)
        fitting = [np.array([each for each, accepted in one.decided.items() if accepted], np.int64) for one in judged]
        fitting += [one.photo_ids[one.probabilities >= one.line] for one in judged]
        left = np.flatnonzero(~np.isin(shown.photo_ids, np.concatenate([np.empty(0, np.int64), *fitting])))
        if not len(left):
            return [], 0
        background = self._judge.background
        phrases = background.phrases(encoder)
        usual = phrases @ background.sample(encoder.identity.key).mean(axis=0)
        ids_of: dict[int, list[int]] = {}
        for photo_id, row in zip(shown.photo_ids[left].tolist(), shown.rows[left].tolist(), strict=True):
            ids_of.setdefault(row, []).append(photo_id)
        taken = {_meant(words) for one in judged for words in (one.label.name.rpartition("/")[2], *one.label.words)}
        free = np.array([_meant(words) not in taken for words in background.words], np.bool_)
        groups = groups_among(shown.table.stored, np.unique(shown.rows[left]))
        found = [
            Gap(
                background.words[name],
                [ids_of[row][0] for row in group.rows.tolist()]
                + [photo_id for row in group.rows.tolist() for photo_id in ids_of[row][1:]],
            )
            for group, name in zip(groups, names_of(groups, phrases, usual, free), strict=True)
        ]
        return found, len(left)


def _meant(words: str) -> frozenset[str] | str:
    """Return what words say, so that “a dog” and “Dog” are the same."""
    return frozenset(text_words(words)) or words.casefold()


def _is_sensitive(name: str) -> bool:
    return SENSITIVE in name.casefold().split("/")
