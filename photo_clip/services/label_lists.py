"""The label lists of a library, those that come with the program among them, and what changing one does."""

from photo_clip.core.errors import UsageError
from photo_clip.core.labels import LabelList, parse_label_list
from photo_clip.core.places import resources_folder
from photo_clip.core.stores import TagStore


def all_lists(tags: TagStore) -> list[LabelList]:
    """Return the lists of the library, and those that come with the program and were not changed, which are off."""
    own = tags.lists()
    names = {each.name.casefold() for each in own}
    shipped = [
        LabelList(file.stem.replace("-", " "), file.read_text(encoding="utf-8"), is_on=False)
        for file in sorted((resources_folder() / "labels").glob("*.txt"))
    ]
    return sorted([*own, *(each for each in shipped if each.name.casefold() not in names)], key=lambda each: each.name)


def effect_of(before: LabelList, after: LabelList) -> str:
    """Return what changing a list would do, sentences."""
    try:
        old = {label.name: label for label in parse_label_list(before.text)}
    except UsageError:
        old = {}
    new = {label.name: label for label in parse_label_list(after.text)}
    told: list[str] = []
    added, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    changed = [name for name in new if name in old and new[name] != old[name]]
    if added:
        told.append(f"New: {_some(added)}; suggested at once.")
    if gone:
        told.append(f"Gone: {_some(gone)}; no longer suggested, tags already given stay.")
    if changed:
        told.append(f"Changed: {_some(changed)}; suggested anew, decisions stay.")
    return " ".join(told)


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
