"""How the command line says what it found: lines for people, JSON for programs."""

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from photo_clip import APP_NAME
from photo_clip.core.amounts import photos_in_words, size_in_words
from photo_clip.core.arranging import Bearings, Grouping, Sorting, arranged
from photo_clip.core.cloud_files import ONLY_IN_CLOUD
from photo_clip.core.drive_names import offline_in_words
from photo_clip.core.photo import Folder, Hit, Photo
from photo_clip.core.printable import printable
from photo_clip.core.progress import Report
from photo_clip.core.tiles import place_in_words
from photo_clip.services.duplicates import Stack
from photo_clip.services.library import Library
from photo_clip.services.models import ModelEntry
from photo_clip.terminal import say, say_json


def in_order(hits: Sequence[Hit], sorting: Sorting) -> list[Hit]:
    """Return hits in another order."""
    bearings = [Bearings(hit.photo.taken_at, str(hit.photo.path.parent), hit.photo.path.name) for hit in hits]
    order, _ = arranged(bearings, sorting, Grouping.NONE)
    return [hits[row] for row in order]


def say_hits(hits: Sequence[Hit], *, as_json: bool) -> None:
    """Print the photos found, one a line, cosine first."""
    if as_json:
        say_json([hit_json(hit) for hit in hits])
    else:
        for hit in hits:
            cosine = "" if hit.cosine is None else f"{hit.cosine:.3f}  "
            part = "" if hit.part is None else f"  ({place_in_words(hit.part)})"
            offline = f"  ({offline_in_words(hit.photo.path)})" if hit.photo.offline else ""
            say(f"{cosine}{printable(str(hit.photo.path))}{part}{offline}")


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return what is told of a hit."""
    told = {"cosine": None if hit.cosine is None else round(hit.cosine, 4), **photo_json(hit.photo)}
    if hit.relevance is not None:
        told["relevance"] = round(hit.relevance, 4)
    if hit.says_it:
        told["says_it"] = True
    if hit.part is not None:
        told["part"] = {name: round(share, 4) for name, share in asdict(hit.part).items()}
    return told


def photo_json(photo: Photo) -> dict[str, Any]:
    """Return what is told of a photo."""
    return {
        "path": str(photo.path),
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "offline": photo.offline,
    }


def folder_json(folder: Folder, tiled: Collection[int]) -> dict[str, Any]:
    """Return what is told of a folder; `tiled` holds the ids of those where small things are looked for."""
    return {
        "path": str(folder.path),
        "state": folder.state.value,
        "reason": folder.offline_reason,
        "where": folder.id in tiled,
    }


def model_json(entry: ModelEntry) -> dict[str, Any]:
    """Return what is told of a model."""
    return {
        "name": entry.name,
        "in_use": entry.is_active,
        "being_prepared": entry.is_wanted,
        "usable": entry.is_usable,
        "here": entry.is_here,
        "size_bytes": entry.size_bytes,
        "licence": entry.offer.licence if entry.offer else None,
        "languages": entry.offer.languages if entry.offer else None,
    }


def say_stacks(stacks: Sequence[Stack]) -> None:
    """Print each stack, the photo worth keeping first."""
    for stack in stacks:
        kind = "Exact copies" if stack.is_exact else "Near-duplicates"
        say(f"{kind}, {size_in_words(stack.spare_bytes)} to free:")
        best, *others = (printable(str(photo.path)) for photo in stack.photos)
        say(f"  keep {best}  ({stack.reason})")
        for other in others:
            say(f"       {other}")
    if not stacks:
        say("No photo has a copy or a near-duplicate.")


def stack_json(stack: Stack) -> dict[str, Any]:
    """Return what is told of a stack."""
    return {
        "kind": "exact" if stack.is_exact else "near",
        "keep": str(stack.photos[0].path),
        "reason": stack.reason,
        "others": [str(photo.path) for photo in stack.photos[1:]],
        "spare_bytes": stack.spare_bytes,
    }


def status_json(library: Library) -> dict[str, Any]:
    """Return what the library holds."""
    status = library.status()
    return {
        "photos": asdict(status.counts),
        "skipped": {str(photo.path): photo.skip_reason for photo in library.catalog.skipped_photos()},
        "folders": [folder_json(folder, status.tiled) for folder in status.folders],
        "model": status.model,
        "waiting_for_parts": status.waiting_for_tiles,
        "wanted_model": status.wanted_model,
        "waiting_for_wanted_model": status.waiting_for_wanted,
    }


def say_status(library: Library, *, with_skipped: bool) -> None:
    """Print what the library holds."""
    status = library.status()
    counts = status.counts
    say(
        f"{counts.photos:,} photos: {counts.embedded:,} embedded, {counts.skipped:,} skipped,"
        f" {counts.waiting:,} waiting, {counts.missing:,} gone"
    )
    if counts.only_in_cloud:
        say(f"  waiting {counts.only_in_cloud:,}: {ONLY_IN_CLOUD}")
    reasons = Counter(photo.skip_reason for photo in library.catalog.skipped_photos())
    for reason, count in reasons.most_common():
        say(f"  skipped {count:,}: {reason}")
    for folder in status.folders:
        offline = f": {folder.offline_reason}" if folder.offline_reason else ""
        where = ", small things too" if folder.id in status.tiled else ""
        say(f"Folder {printable(str(folder.path))} ({folder.state.value}{offline}{where})")
    say(f"Model {status.model}")
    if status.wanted_model is not None:
        say(f"Preparing {status.wanted_model}: {status.waiting_for_wanted:,} photos to go")
    if status.waiting_for_tiles:
        say(f"Small things are still to be looked for in {photos_in_words(status.waiting_for_tiles)}")
    if with_skipped:
        for photo in library.catalog.skipped_photos():
            say(f"{printable(str(photo.path))}: {photo.skip_reason}")


def report_json(report: Report) -> dict[str, Any]:
    """Return what an indexing run did."""
    return {
        **{
            name: getattr(report, name)
            for name in (
                *("embedded", "reused", "new", "changed", "moved", "removed", "looked_closer"),
                "only_in_cloud",
            )
        },
        "skipped": {str(path): reason for path, reason in report.skipped.items()},
        "offline": {str(path): reason for path, reason in report.offline.items()},
    }


def say_report(report: Report) -> None:
    """Print what an indexing run did."""
    for former, now in report.found_again.items():
        sys.stderr.write(f"Found again: {printable(str(former))} is {printable(str(now))} now.\n")
    for path, reason in report.offline.items():
        sys.stderr.write(f"Offline: {printable(str(path))}: {reason}. Nothing of it was removed.\n")
    if report.offline:
        sys.stderr.write(f"If you deleted or moved such photos yourself, say so: {APP_NAME} folders gone FOLDER\n")
    if report.only_in_cloud:
        photos = photos_in_words(report.only_in_cloud)
        sys.stderr.write(f"Only in the cloud: {photos}, to be read when you make them available on this computer.\n")
    for path, reason in report.skipped.items():
        sys.stderr.write(f"Skipped: {printable(str(path))}: {reason}\n")
    parts = [f"{report.embedded:,} embedded"]
    for count, words in (
        (report.reused, "with a known content"),
        (report.moved, "moved"),
        (report.removed, "gone"),
        (len(report.skipped), "skipped"),
        (report.looked_closer, "searched for small things"),
    ):
        if count:
            parts.append(f"{count:,} {words}")
    say(f"Photos: {', '.join(parts)}.")
