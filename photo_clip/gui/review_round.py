"""The photos that the review deck asks about at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QImage

from photo_clip.core.labels import Label
from photo_clip.core.photo import Photo
from photo_clip.gui.pictures import pictures_of
from photo_clip.services.label_judge import Judged
from photo_clip.services.library import Library

_AT_ONCE = 10


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A photo that is asked about."""

    photo: Photo
    picture: QImage | None
    burst: list[int]
    """The photos that show the same, itself first, on which nobody decided before the round."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is asked at once."""

    judged: Judged
    cards: list[Card]


def round_of(library: Library, label: Label, doubtful_first: bool, later: Sequence[int]) -> Round:
    """Judge all photos by a label, and return what to ask about it next, some photos after all others; slow."""
    judge = library.label_judge
    judged = judge.judge(label)
    photos = library.catalog.photos(judge.to_judge(judged, _AT_ONCE, doubtful_first=doubtful_first, later=later))
    pictures = pictures_of(library.thumbnails, photos)
    bursts = library.bursts.around([photo.id for photo in photos])
    cards = [
        Card(photo, picture, [each for each in bursts[photo.id] if each not in judged.decided])
        for photo, picture in zip(photos, pictures, strict=True)
    ]
    return Round(judged, cards)
