"""The label lists of a library, those that come with the program among them, and what changing one does."""

from collections.abc import Mapping
from pathlib import PurePath

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import UsageError
from photo_clip.core.labels import Label, LabelList, parse_label_list
from photo_clip.core.places import resources_folder
from photo_clip.core.printable import printable
from photo_clip.core.stores import TagStore

Standing = Mapping[str, tuple[int, int]]
"""For how many photos each label is suggested, and for how many it was accepted, by its name."""
_UNKNOWN: Standing = {}


def all_lists(tags: TagStore) -> list[LabelList]:
    """Return the lists of the library, and those that come with the program and were not changed, which are off."""
    own = tags.lists()
    names = {each.name.casefold() for each in own}
    return sorted(
        [*own, *(each for each in _shipped() if each.name.casefold() not in names)], key=lambda each: each.name
    )


def is_shipped(name: str) -> bool:
    """Whether a list of that name comes with the program."""
    return name.casefold() in {each.name.casefold() for each in _shipped()}


def effect_of(before: LabelList, after: LabelList, standing: Standing = _UNKNOWN) -> str:
    """Return what changing a list would do, sentences; raises UsageError for one that cannot be read."""
    old = _labels(before)
    new = {label.name: label for label in parse_label_list(after.text)}
    told: list[str] = []
    added, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    changed = [name for name in new if name in old and new[name] != old[name]]
    if added:
        told.append(f"New: {_some(added)}; suggested {'at once' if after.is_on else 'when the list is switched on'}.")
    if gone:
        told.append(f"Gone: {_some(gone)}; no longer suggested{_lost(gone, standing)}, tags already given stay.")
    if added and gone:
        told.append("A label that is only to be called otherwise: use “Rename …”, which takes its tags along.")
    if changed:
        told.append(f"Changed: {_some(changed)}; suggested anew, decisions stay.")
    if before.name and before.folder != after.folder:
        where = (
            f"photos in “{printable(PurePath(after.folder).name or after.folder)}” alone"
            if after.folder
            else "all photos"
        )
        told.append(f"Its labels are suggested for {where}; tags already given stay.")
    return " ".join(told)


def effect_of_switching(each: LabelList) -> str:
    """Return what switching a list on or off would do, a sentence."""
    count = len(_labels(each))
    labels = "1 label" if count == 1 else f"{count:,} labels"
    if each.is_on:
        return (
            f"On: {labels}. Switched off, nothing of it is suggested; tags and decisions stay, and count again later."
        )
    return f"Off: {labels}. Switched on, they are suggested for your photos; no tag is given before you accept it."


def effect_of_removing(each: LabelList, standing: Standing = _UNKNOWN) -> str:
    """Return what removing a list would do, sentences."""
    lost = _lost(list(_labels(each)), standing) if each.is_on else ""
    end = "It comes back as it came with the program." if is_shipped(each.name) else "Export it first to keep its text."
    return (
        f"Its labels are no longer suggested{lost}. Tags already given stay, and what was decided counts again where a"
        f" label of the same name is in another list. {end}"
    )


def effect_of_renaming(name: str, to: str, standing: Standing) -> str:
    """Return what giving a label another name would do, sentences."""
    accepted = standing.get(name, (0, 0))[1]
    told = f"The tags of {photos_in_words(accepted)} are renamed with it, and all decisions stay."
    if to != name and to in standing:
        told += f" “{to}” is there already: the two become one, and where both were decided, “{to}” is right."
    return told


def _shipped() -> list[LabelList]:
    return [
        LabelList(file.stem.replace("-", " "), file.read_text(encoding="utf-8"), is_on=False)
        for file in sorted((resources_folder() / "labels").glob("*.txt"))
    ]


def _labels(each: LabelList) -> dict[str, Label]:
    """Return a list's labels by name; none of one that cannot be read."""
    try:
        return {label.name: label for label in parse_label_list(each.text)}
    except UsageError:
        return {}


def _lost(names: list[str], standing: Standing) -> str:
    count = sum(standing.get(name, (0, 0))[0] for name in names)
    return f" ({count:,} suggestion{'' if count == 1 else 's'} go)" if count else ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")
