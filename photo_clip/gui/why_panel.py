"""Says at the right why the current photo was found, and what is known of it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from photo_clip.core.errors import UnreadablePhotoError, UsageError
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.core.query import Will, parse
from photo_clip.core.tiles import Box, place_in_words
from photo_clip.gui.buttons import IconButton
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.outline import draw_outline
from photo_clip.gui.pictures import picture_of
from photo_clip.gui.plain import plain_label
from photo_clip.services.explainer import Explanation, Part, Where
from photo_clip.services.library import Library

_WIDTH_PX = 250
_BEST_LABELS = 5
_PICTURE_WIDTH_PX, _PICTURE_HEIGHT_PX = 212, 240
_SIGNS = {Will.MORE: "+", Will.LESS: "−", Will.MUST: "!"}


@dataclass(frozen=True, slots=True, eq=False)
class _Why:
    """What is said of a photo."""

    explanation: Explanation
    labelled: list[str]
    picture: QImage | None
    """Where a part of it is to be pointed at."""
    is_sensitive: bool


class WhyPanel(QWidget):
    """Follows the current photo while it is open."""

    closed = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._job: Job | None = None
        self._waits = True
        self._veils_sensitive = True
        self.setFixedWidth(_WIDTH_PX)
        self.setObjectName("why")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = plain_label("Why this photo?")
        heading.setProperty("question", True)
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(IconButton("close", "Close (W)", self.close_panel))
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.words.setAccessibleName("Why this photo was found")
        self.picture = plain_label()
        self.picture.hide()
        inner = QWidget()
        told = QVBoxLayout(inner)
        told.setContentsMargins(0, 0, 0, 0)
        told.addWidget(self.picture)
        told.addWidget(self.words, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setAccessibleName("Why this photo was found")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 8, 10)
        column.addLayout(top)
        column.addWidget(area, 1)
        self.hide()

    def use(self, library: Library) -> None:
        """Ask this library from now on."""
        self._library = library

    @property
    def waits(self) -> bool:
        """Whether it is open, and knows no photo."""
        return self._waits and self.isVisible()

    def close_panel(self) -> None:
        """Be out of the way."""
        self.hide()
        self.closed.emit()

    def veil_sensitive(self, veiled: bool) -> None:
        """Point at nothing in sensitive photos that are shown from now on, or do."""
        self._veils_sensitive = veiled
        self.picture.hide()

    def show_photo(self, text: str, photo: Photo | None) -> None:
        """Say why this photo answers what was typed; with None, what to do."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._waits = photo is None
        if photo is None or self._library is None:
            self.words.setText("Choose a photo.")
            self.picture.hide()
            return
        self._job = self._jobs.start(Lane.SEARCH, _explain, self._library, text, photo.id, on_done=self._show)

    def _show(self, found: _Why | None) -> None:
        self._job = None
        self.words.setText("This photo is gone." if found is None else _html(found.explanation, found.labelled))
        self.picture.hide()
        if found is None or (found.is_sensitive and self._veils_sensitive):
            return
        if found.picture is not None and found.explanation.where is not None:
            self.picture.show()
            self.picture.setPixmap(_outlined(found.picture, found.explanation.where.box, self.devicePixelRatioF()))
            self.picture.setAccessibleName(f"The photo, its {place_in_words(found.explanation.where.box)} outlined")


def _outlined(photo: QImage, box: Box, device_pixel_ratio: float) -> QPixmap:
    """Return the photo as wide as the panel, or as high as half of it, with a part of it drawn around."""
    room = QSizeF(_PICTURE_WIDTH_PX, _PICTURE_HEIGHT_PX) * device_pixel_ratio
    size = QSizeF(photo.size()).scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSize()
    pixmap = QPixmap.fromImage(photo.scaled(size, mode=Qt.TransformationMode.SmoothTransformation))
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    painter = QPainter(pixmap)
    draw_outline(painter, QRectF(QPointF(0, 0), pixmap.deviceIndependentSize()), box)
    painter.end()
    return pixmap


def _explain(library: Library, text: str, photo_id: int) -> _Why | None:
    photos = library.catalog.photos([photo_id])
    contents = library.catalog.content_ids_of([photo_id])
    if not photos or not len(contents):
        return None
    explained = library.explainer.explain(parse(text, date.today()), photos[0], int(contents[0]))
    picture = None
    if explained.where is not None:
        with suppress(UnreadablePhotoError):
            picture = picture_of(library.thumbnails, photos[0])
    return _Why(
        explained,
        _labelled(library, photo_id),
        None if picture is None or picture.isNull() else picture,
        bool(library.labelled.sensitive({photo_id: library.catalog.tags.tags_of([photo_id]).get(photo_id, [])})),
    )


def where_in(library: Library, text: str, photo: Photo) -> Where | None:
    """Return which part of a photo fits best what was typed; None where none does better than the whole."""
    contents = library.catalog.content_ids_of([photo.id])
    return library.explainer.where(parse(text, date.today()), photo, int(contents[0])) if len(contents) else None


def _labelled(library: Library, photo_id: int) -> list[str]:
    """Return sentences on a photo's tags and on the labels that fit it best."""
    told: list[str] = []
    tags = library.catalog.tags.tags_of([photo_id]).get(photo_id, [])
    if tags:
        told.append("Tags: " + ", ".join(tag.name + (f" ({tag.place})" if tag.place else "") for tag in tags))
    try:
        choices = library.labelled.choices(photo_id)
    except UsageError:  # a list that cannot be read is told where it is edited
        choices = []
    if choices:
        best = "; ".join(f"{name} {share:.0%}" for name, share in choices[:_BEST_LABELS])
        told.append(f"Of the {len(choices):,} labels that are on, if one had to fit: {best}.")
    return told


def _html(found: Explanation, labelled: list[str]) -> str:
    told = [_paragraph(found.photo.path.name, is_strong=True)]
    if found.cosine is not None and found.rank is not None:
        told.append(
            _paragraph(f"Place {found.rank:,} of {found.total:,} photos by cosine, which is {found.cosine:.3f}.")
        )
        told += [_part(part, found.total) for part in found.parts if len(found.parts) > 1]
        if found.where is not None:
            told.append(_paragraph(_seen_in(found.where)))
        if found.rivals:
            others = ", ".join(f"{words} ({cosine:.3f})" for words, cosine in found.rivals)
            told.append(_paragraph(f"What else it looks like: {others}."))
        told.append(
            _paragraph(
                "A cosine says how near the photo’s embedding is to what was asked, -1 to 1. What is high differs from"
                " model to model and from words to words, so a match is what stands out from what else the photo looks"
                " like, and from the rest of the library.",
                is_quiet=True,
            )
        )
    elif found.parts or found.total:
        told.append(_paragraph("The model in use has not looked at this photo yet."))
    else:
        told.append(_paragraph("It passes every filter."))
    told += [_paragraph(f"“{word}” stands in its {where}.") for word, where in found.said]
    if labelled:
        told += [_paragraph("Labels", is_strong=True), *map(_paragraph, labelled)]
    return "".join([*told, *_facts(found.photo)])


def _seen_in(where: Where) -> str:
    seen = f"Best seen in the {place_in_words(where.box)}, whose cosine is {where.cosine:.3f}"
    return (
        f"{seen}: that is what found it." if where.found_it else f"{seen}; the photo as a whole found it all the same."
    )


def _part(part: Part, total: int) -> str:
    each = part.description
    name = f"like {each.photo.rpartition('/')[2]}" if each.photo else f"“{each.words}”"
    weight = "" if each.weight == 1 else f" ×{each.weight:g}"
    effect = "pulls it down" if (part.cosine > 0) == (each.will is Will.LESS) else "lifts it"
    return _paragraph(
        f"{_SIGNS[each.will]} {name}{weight}: cosine {part.cosine:.3f}, {effect}; alone it would be place"
        f" {part.rank:,} of {total:,}."
    )


def _facts(photo: Photo) -> list[str]:
    facts = photo.facts
    lines = [str(photo.path.parent)]
    if photo.taken_at is not None:
        at, source = photo.taken_at, photo.taken_source
        lines.append(f"{at.day} {at:%B %Y}, {at:%H:%M}{f' (by its {source})' if source else ''}")
    if facts is not None:
        megapixels = facts.width_px * facts.height_px / 1e6
        told = f", {megapixels:.1f} MP" if megapixels >= 1 else ""
        lines.append(f"{facts.width_px:,} × {facts.height_px:,} px{told}")
        if facts.camera:
            lines.append(facts.camera)
        if facts.latitude is not None and facts.longitude is not None:
            lines.append(f"{facts.latitude:.4f}, {facts.longitude:.4f}")
        if facts.caption:
            lines.append(f"Caption: {facts.caption}")
        if facts.keywords:
            lines.append(f"Keywords: {', '.join(facts.keywords)}")
    return [_paragraph("About it", is_strong=True), *(_paragraph(line) for line in lines)]


def _paragraph(text: str, *, is_strong: bool = False, is_quiet: bool = False) -> str:
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    inner = f"<b>{safe}</b>" if is_strong else f"<small>{safe}</small>" if is_quiet else safe
    return f'<p style="margin: 0 0 8px 0">{inner}</p>'
