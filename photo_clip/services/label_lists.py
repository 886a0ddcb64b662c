"""The label lists of a library, those that come with the program among them, and what changing one does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import UsageError
from photo_clip.core.label_files import labels_in
from photo_clip.core.labels import Label, LabelList
from photo_clip.core.places import resources_folder
from photo_clip.core.printable import printable
from photo_clip.core.stores import TagStore

Standing = Mapping[str, tuple[int, int]]
"""For how many photos each label is suggested, and for how many it was accepted, by its name."""
_UNKNOWN: Standing = {}


@dataclass(frozen=True, slots=True)
class LabelsOn:
    """What the lists that are on suggest."""

    labels: list[Label]
    """Each once."""
    unreadable: list[UsageError]
    """What is wrong with lists that cannot be read; the others count all the same."""


def labels_on(lists: Sequence[LabelList]) -> LabelsOn:
    """Return the labels of those lists that are on."""
    found: dict[str, Label] = {}
    unreadable: list[UsageError] = []
    for each in lists:
        if each.is_on:
            try:
                for label in each.labels():
                    found.setdefault(label.name.casefold(), label)
            except UsageError as error:
                until = "Until then nothing of this list is suggested; what you decided stays."
                unreadable.append(UsageError(error.sentence, advice=f"{error.advice} {until}"))
    return LabelsOn(list(found.values()), unreadable)


def all_lists(tags: TagStore) -> tuple[list[LabelList], list[UsageError]]:
    """Return the lists of the library, and those that come with the program and were not changed, which are off.

    Also what is wrong with those that are on and cannot be read, and with files that make no list.
    """
    lists = tags.lists()
    unreadable = labels_on(lists).unreadable
    names = {each.name.casefold() for each in lists}
    for name, file in shipped_files().items():
        if name.casefold() not in names:
            try:
                lists.append(LabelList(name, labels_in(file), is_on=False))
            except UsageError as error:
                unreadable.append(UsageError(error.sentence, advice="Install the program once more."))
    return sorted(lists, key=lambda each: each.name), unreadable


def shipped_files() -> dict[str, Path]:
    """Return the files of the lists that come with the program, by their names."""
    return {file.stem.replace("-", " "): file for file in sorted((resources_folder() / "labels").glob("*.txt"))}


def is_shipped(name: str) -> bool:
    """Whether a list of that name comes with the program."""
    return name.casefold() in map(str.casefold, shipped_files())


def effect_of(before: LabelList, after: LabelList, standing: Standing = _UNKNOWN) -> str:
    """Return what changing a list would do, sentences; raises UsageError for one that cannot be read."""
    old = _labels(before)
    new = {label.name: label for label in after.labels()}
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
    """Return what switching a list on or off would do, a sentence; of one that cannot be read, what is wrong."""
    try:
        count = len(each.labels())
    except UsageError as error:
        return f"{error.sentence} {error.advice}"
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


def _labels(each: LabelList) -> dict[str, Label]:
    """Return a list's labels by name; none of one that cannot be read."""
    try:
        return {label.name: label for label in each.labels()}
    except UsageError:
        return {}


def _lost(names: list[str], standing: Standing) -> str:
    count = sum(standing.get(name, (0, 0))[0] for name in names)
    return f" ({count:,} suggestion{'' if count == 1 else 's'} go)" if count else ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")
