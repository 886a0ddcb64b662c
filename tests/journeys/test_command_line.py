"""The command line as people and scripts use it, with the real stores and the bundled model."""

import contextlib
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from photo_clip import HOMEPAGE
from photo_clip.__main__ import main
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.data_folder import user_places
from photo_clip.cli import run_command
from photo_clip.core.editions import Edition
from photo_clip.core.errors import StoreError
from photo_clip.core.labels import LabelList
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.windows_calls import settle_in
from photo_clip.services.sidecar_writer import SidecarsWritten
from tests.cloud import Cloud
from tests.fakes import write_photo
from tests.real_photos import photo_name, write_real_photos

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, real_photos: Path) -> Path:
    """A library with the real photos in it."""
    folder = tmp_path_factory.mktemp("library")
    assert run_command(["--library", str(folder), "index", str(real_photos)]) == 0
    return folder


def run(library: Path, *arguments: str) -> int:
    return run_command(["--library", str(library), *arguments])


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("a cup of coffee", "coffee"),
        ("a cat", "cat"),
        ("a motorcycle", "motorcycle"),
        ("a rocket on its launch pad", "rocket"),
        ("a palace", "palace"),
        ("galaxies", "galaxies"),
        ("a flower", "flower"),
    ],
)
def test_what_is_remembered_is_found_first(
    library: Path, words: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "search", *words.split(), "--limit", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith(photo_name(what))
    cosines = [float(line.split()[0]) for line in lines]
    assert cosines == sorted(cosines, reverse=True)


def test_a_program_reads_the_answer_as_json(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "search", "coffee", "--limit", "2", "--json") == 0
    hits = json.loads(capsys.readouterr().out)
    assert Path(hits[0]["path"]).name == photo_name("coffee")
    assert -1 <= hits[1]["cosine"] <= hits[0]["cosine"] <= 1


def test_a_photo_is_most_similar_to_itself(
    library: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "similar", str(real_photos / photo_name("cat")), "--limit", "1") == 0
    assert photo_name("cat") in capsys.readouterr().out


def test_rows_of_csv_are_apart_by_one_line_end_on_windows_too(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="utf-8", newline="\r\n"))
    assert run(library, "tags", "list", "--csv") == 0
    assert written.getvalue() == b"path,tag,decided at,model,written by others\r\n"


def test_probabilities_of_labels_add_up_to_one(
    library: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(real_photos / photo_name("coffee"))
    arguments = ["classify", photo, "cup of coffee", "motorcycle", "cat", "--template", "a photo of a {}", "--json"]
    assert run(library, *arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["label"] == "cup of coffee"
    assert sum(label["probability"] for label in found) == pytest.approx(1, abs=1e-5)


def test_labels_can_come_from_a_file(
    library: Path, real_photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("# things\ncat\n\nmotorcycle\n", encoding="utf-8")
    assert run(library, "classify", str(real_photos / photo_name("motorcycle")), "--labels", str(labels)) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("motorcycle")


def test_label_files_of_other_programs_and_pipes_are_read(
    library: Path, real_photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keywords, table = tmp_path / "keywords.txt", tmp_path / "table.csv"
    keywords.write_text("things\n\tcat\n\t\t{kitten}\n\tmotorcycle\n", encoding="utf-8")
    table.write_text("id;label\n1;cat\n2;motorcycle\n", encoding="utf-8")
    photo = str(real_photos / photo_name("motorcycle"))
    for file, known in ((keywords, {"things", "cat", "motorcycle"}), (table, {"cat", "motorcycle"})):
        assert run(library, "classify", photo, "--labels", str(file), "--json") == 0
        assert {each["label"] for each in json.loads(capsys.readouterr().out)} == known
    table.write_text("\n\ncat\ncat = a cat\n", encoding="utf-8")
    assert run(library, "classify", photo, "--labels", str(table.rename(tmp_path / "table.txt"))) == 2
    assert "Line 4 of “table.txt”, “cat”, was there before, on line 3." in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes with paths of that kind")
def test_labels_can_come_from_a_pipe(library: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read, write = os.pipe()
    os.write(write, b"cat\nmotorcycle\n")
    os.close(write)
    photo = str(real_photos / photo_name("motorcycle"))
    try:
        assert run(library, "classify", photo, "--labels", f"/dev/fd/{read}") == 0
    finally:
        os.close(read)
    assert capsys.readouterr().out.splitlines()[0].endswith("motorcycle")


def test_the_status_adds_up(library: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "status", "--json") == 0
    status = json.loads(capsys.readouterr().out)
    photos = status["photos"]
    assert photos["photos"] == len(list(real_photos.iterdir()))
    assert photos["photos"] == photos["embedded"] + photos["skipped"] + photos["waiting"] + photos["missing"]
    assert photos["waiting"] == 0


def test_a_second_run_has_nothing_to_do(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(library, "index", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["embedded"] == report["new"] == report["changed"] == 0


def test_a_broken_file_is_skipped_with_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = write_real_photos(tmp_path / "photos")
    whole = (photos / photo_name("rocket")).read_bytes()
    (photos / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    (photos / "empty.jpg").touch()
    library = tmp_path / "library"
    assert run(library, "index", str(photos)) == 0
    told = capsys.readouterr().err
    assert "looking again" in told  # the two files were written a moment ago
    assert "cut off" in told
    assert run(library, "status", "--skipped") == 0
    shown = capsys.readouterr().out
    assert "broken.jpg" in shown
    assert "empty" in shown
    assert run(library, "index", "--json") == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == {}, "they are as they were"
    assert run(library, "index", "--retry-skipped", "--json") == 0
    assert {Path(path).name for path in json.loads(capsys.readouterr().out)["skipped"]} == {"broken.jpg", "empty.jpg"}


def test_small_pictures_that_the_library_keeps_are_no_photos_where_it_lies_among_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    for place in (tmp_path, library / "cache" / "thumbnails" / "ab"):
        place.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), "red").save(place / "a.png")
        os.utime(place / "a.png", (1e9, 1e9))
    assert run(library, "index", str(tmp_path)) == 0
    assert "Photos: 1 embedded." in capsys.readouterr().out


def test_photos_that_are_only_in_the_cloud_are_told_and_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Cloud(monkeypatch).take(write_photo(tmp_path / "photos" / "a.jpg", "no photo, if it were read"))
    library = tmp_path / "library"
    assert run(library, "index", str(tmp_path / "photos")) == 0
    assert "Only in the cloud: 1 photo, to be read when" in capsys.readouterr().err
    assert run(library, "status") == 0
    told = capsys.readouterr().out
    assert "1 waiting" in told
    assert "  waiting 1: it is only in the cloud; make it available on this computer" in told
    assert "0 skipped" in told


def test_a_watched_folder_can_be_named_in_any_capitals_that_the_system_takes_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Photos").mkdir()
    assert run(tmp_path / "library", "folders", "add", str(tmp_path / "Photos")) == 0
    monkeypatch.setattr("photo_clip.cli.as_compared", str.casefold)
    assert run(tmp_path / "library", "folders", "remove", str(tmp_path / "PHOTOS")) == 0
    assert run(tmp_path / "library", "folders", "list") == 1
    assert capsys.readouterr().err == ""


def test_nothing_is_found_in_an_empty_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photos").mkdir()
    assert run(tmp_path / "library", "index", str(tmp_path / "photos")) == 0
    assert run(tmp_path / "library", "search", "anything") == 1
    assert run(tmp_path / "library", "search", "anything", "--json") == 1
    assert capsys.readouterr().out.endswith("[]\n")


def test_searching_before_there_is_a_library_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "library", "search", "anything") == 3
    assert "photo-clip index" in capsys.readouterr().err
    assert not (tmp_path / "library" / "catalog.db").exists()


def test_the_models_on_offer_are_listed_without_making_a_library(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "library", "models", "list") == 0
    assert "starter  (in use)" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_a_folder_that_holds_other_things_stays_as_open_as_it_is(tmp_path: Path) -> None:
    new, empty, shared = (tmp_path / name for name in ("new", "empty", "shared"))
    for folder in (empty, shared):
        folder.mkdir()
        folder.chmod(0o755)
    (shared / "holiday.jpg").touch()
    for folder in (new, empty, shared):
        assert run(folder, "tags", "undo") == 1
    assert [folder.stat().st_mode & 0o777 for folder in (new, empty, shared)] == [0o700, 0o700, 0o755]
    assert (shared / "catalog.db").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_the_library_at_the_user_s_own_place_is_private_again_after_a_copy_came_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PHOTO_CLIP_HOME")
    own = user_places()
    for folder in (own.data, own.cache):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        (folder / "restored").touch()
    assert run_command(["tags", "undo"]) == 1
    assert [folder.stat().st_mode & 0o777 for folder in (own.data, own.cache)] == [0o700, 0o700]


def test_a_library_can_lie_on_a_drive_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(self))

    monkeypatch.setattr(Path, "chmod", refuse)
    assert run(tmp_path / "library", "tags", "undo") == 1


@needs_links
def test_a_link_that_leads_nowhere_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "library").symlink_to(tmp_path / "gone")
    assert run(tmp_path / "library", "tags", "undo") == 3
    assert "a link to one that is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["nonsense"],
        ["search", "x", "--limit", "0"],
        ["index"],
        ["index", "/there/is/no/such/folder"],
        ["folders", "remove", "/there/is/no/such/folder"],
    ],
)
def test_wrong_usage_and_trouble_have_their_exit_codes(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = 3 if arguments[0] == "index" and len(arguments) > 1 else 2
    assert run(tmp_path, *arguments) == expected
    captured = capsys.readouterr()
    assert captured.err
    assert "Traceback" not in captured.err


@needs_links
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--library", "~nobody-here/library", "status"], 3),
        (["folders", "remove", "~nobody-here"], 2),
        (["folders", "exclude", "~nobody-here"], 0),
        (["folders", "exclude", f"{'x' * 300}/y"], 0),
        (["folders", "remove", "./loop"], 2),
        (["models", "use", "local-dir:~nobody-here"], 3),
        (["tag", "--labels", "x" * 300], 2),
    ],
)
def test_paths_that_lead_nowhere_are_no_bugs(
    library: Path,
    tmp_path: Path,
    arguments: list[str],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHOTO_CLIP_HOME", str(library if arguments[0] == "tag" else tmp_path / "library"))
    assert run_command(arguments) == code
    assert capsys.readouterr().err or not code


def test_folders_are_added_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    library = tmp_path / "library"
    assert run(library, "folders", "add", str(photos)) == 0
    assert run(library, "folders", "list", "--json") == 0
    assert str(photos) in capsys.readouterr().out
    assert run(library, "folders", "remove", str(photos)) == 0
    assert run(library, "folders", "list") == 1


def test_the_library_belongs_to_its_user_alone(library: Path) -> None:
    if os.name == "posix":
        assert library.stat().st_mode & 0o077 == 0
        assert (library / "catalog.db").stat().st_mode & 0o077 == 0


def test_the_program_checks_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["self-check"]) == 0
    assert capsys.readouterr().out == "ok\n"


def test_a_folder_may_lie_deep(tmp_path: Path) -> None:
    settle_in()
    deep = tmp_path.joinpath(*["x" * 100] * 4)
    deep.mkdir(parents=True)
    words = ["--library", str(tmp_path / "library"), "folders", "add", str(deep)]
    done = subprocess.run([sys.executable, "-m", "photo_clip", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_bundled_model_needs_no_torch(library: Path) -> None:
    code = (
        "import sys; from photo_clip.cli import run_command;"
        f"code = run_command(['--library', {str(library)!r}, 'search', 'coffee']);"
        "sys.exit(code or sorted({'torch', 'open_clip', 'chromadb', 'PySide6'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_copies_are_listed_with_the_one_to_keep_and_moved_only_when_that_is_wanted(
    tmp_path: Path, real_photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    cat = folder / "cat.png"
    shutil.copyfile(real_photos / photo_name("cat"), cat)
    shutil.copyfile(cat, folder / "cat (1).png")
    with Image.open(cat) as large:
        large.convert("RGB").resize((150, 100)).save(folder / "small cat.jpg")
    shutil.copyfile(real_photos / photo_name("coffee"), folder / photo_name("coffee"))
    made_s = time.time() - 60
    for file in folder.iterdir():
        os.utime(file, (made_s, made_s))
    library = tmp_path / "library"
    assert run(library, "index", str(folder)) == 0
    capsys.readouterr()
    assert run(library, "duplicates", "--json") == 0
    exact, near = json.loads(capsys.readouterr().out)
    assert (exact["kind"], exact["keep"], exact["others"]) == ("exact", str(cat), [str(folder / "cat (1).png")])
    assert (near["kind"], near["keep"], near["others"]) == ("near", str(cat), [str(folder / "small cat.jpg")])
    assert near["reason"].startswith("largest")
    monkeypatch.setattr("photo_clip.adapters.trash.move_to_bin", Path.unlink)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert run(library, "duplicates", "--exact", "--trash") == 0
    assert (folder / "cat (1).png").exists()
    assert "keep" in capsys.readouterr().out
    assert run(library, "duplicates", "--exact", "--trash", "--yes") == 0
    assert "Moved to the bin: 1 photo." in capsys.readouterr().out
    assert {file.name for file in folder.iterdir()} == {"cat.png", photo_name("coffee"), "small cat.jpg"}
    assert run(library, "index") == 0
    assert run(library, "duplicates", "--exact") == 1


def test_labels_are_suggested_accepted_written_and_taken_back(
    tmp_path: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(real_photos, folder)
    made_s = time.time() - 60
    for file in folder.iterdir():
        os.utime(file, (made_s, made_s))
    library, labels = tmp_path / "library", tmp_path / "labels.txt"
    labels.write_text("animals/cat = a cat\ndrinks/coffee = a cup of coffee\nmotorcycle\n", encoding="utf-8")
    assert run(library, "index", str(folder)) == 0
    capsys.readouterr()
    assert run(library, "tag", "--labels", str(labels), "--json") == 0
    told = {(each["label"], Path(each["path"]).name) for each in json.loads(capsys.readouterr().out)}
    assert ("animals/cat", photo_name("cat")) in told
    assert run(library, "tags", "list") == 1
    assert run(library, "tag", "--labels", str(labels), "--accept-above", "0.5", "--dry-run") == 0
    assert run(library, "tags", "list") == 1
    assert run(library, "tag", "--labels", str(labels), "--accept-above", "0.5", "--sidecars") == 0
    capsys.readouterr()
    sidecar = folder / f"{photo_name('cat')}.xmp"
    assert "animals|cat" in sidecar.read_text(encoding="utf-8")
    assert run(library, "tags", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["animals/cat"] >= 1
    assert run(library, "search", "tag:animals/cat") == 0
    assert photo_name("cat") in capsys.readouterr().out
    assert run(library, "tags", "add", "pets/Chelsea", str(folder / photo_name("cat"))) == 0
    assert run(library, "tags", "list", "--csv") == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "path,tag,decided at,model,written by others"
    assert any(f"{photo_name('cat')},pets/Chelsea," in row for row in rows)
    assert run(library, "tags", "remove", "animals/cat", str(folder / photo_name("cat"))) == 0
    assert run(library, "tags", "sidecars") == 0
    assert "animals|cat" not in sidecar.read_text(encoding="utf-8")
    assert "pets|Chelsea" in sidecar.read_text(encoding="utf-8")
    assert run(library, "tags", "conflicts") == 1
    before = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(before.replace("<rdf:li>pets|Chelsea</rdf:li>", "", 1), encoding="utf-8")
    os.utime(sidecar, (made_s, made_s))
    assert run(library, "index") == 0
    capsys.readouterr()
    assert run(library, "tags", "conflicts", "--json") == 0
    (conflict,) = json.loads(capsys.readouterr().out)
    assert (Path(conflict["path"]).name, conflict["taken away"]) == (photo_name("cat"), ["pets/Chelsea"])
    assert run(library, "tags", "conflicts", "--acknowledge") == 0
    assert "Taken away there, still a tag here: pets/Chelsea." in capsys.readouterr().out
    assert run(library, "tags", "conflicts") == 1
    for _ in range(3):
        assert run(library, "tags", "undo") == 0
    assert run(library, "tags", "undo") == 1
    assert run(library, "tags", "list") == 1
    assert run(library, "tags", "sidecars", "--remove") == 0
    assert not list(folder.glob("*.xmp"))
    sidecar.write_bytes(b"damaged")
    capsys.readouterr()
    assert run(library, "tags", "sidecars") == 3
    told = capsys.readouterr().err
    assert "is damaged, so its tags are left alone" in told
    assert "Sidecars written: 0" in told


def test_of_many_sidecars_that_cannot_be_written_some_are_told(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    troubles = tuple(StoreError(f"Sidecar {number} cannot be written.", advice="Make room.") for number in range(12))

    def write(*_: object) -> Task[SidecarsWritten]:
        yield Progress(Phase.TRYING, 0, 12)
        return SidecarsWritten(0, troubles)

    monkeypatch.setattr("photo_clip.services.sidecar_writer.SidecarWriter.write", write)
    assert run(library, "tags", "sidecars") == 3
    told = capsys.readouterr().err
    assert told.count("cannot be written") == 10
    assert "And 2 more sidecars could not be written." in told


def test_what_is_wrong_with_labels_and_tags_is_told(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "tag") == 2
    assert "No label list is on" in capsys.readouterr().err
    assert run(library, "tag", "--labels", "nothing-of-that-name") == 2
    assert "or: documents, everyday, family-events, nature," in capsys.readouterr().err
    (tmp_path / "other.txt").write_bytes(b"\xff\xfe\x00")
    assert run(library, "tag", "--labels", str(tmp_path / "other.txt")) == 2
    assert "“other.txt” cannot be read: it is no text in UTF-8." in capsys.readouterr().err
    assert run(library, "tags", "add", "cat", str(tmp_path / "other.jpg")) == 2
    assert "no photo of a watched folder" in capsys.readouterr().err


def test_a_list_that_cannot_be_read_is_told_and_the_others_are_judged(
    library: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = SqliteCatalog(library / "catalog.db")
    for name, text in (("broken", "dog\n= nothing\n"), ("pets", "cat\n")):
        catalog.tags.save_list(LabelList(name, text))
    assert run(library, "tag", "--json") == 3
    told = capsys.readouterr()
    assert {each["label"] for each in json.loads(told.out)} == {"cat"}
    assert "Line 2 of “broken”, “= nothing”, has no name.\nWrite: name |" in told.err
    for name in ("broken", "pets"):
        catalog.tags.remove_list(name)
    catalog.close()


@pytest.mark.parametrize("what", ["add", "remove"])
def test_a_tag_of_which_the_terminal_gave_bytes_is_refused_whole(
    library: Path, real_photos: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(library, "tags", what, "gr\udcfcn", str(real_photos / photo_name("cat"))) == 2
    assert "holds bytes that are no letters" in capsys.readouterr().err
    assert run(library, "tags", "list") == 1


def test_subfolders_are_left_out_and_missing_photos_forgotten_on_wish(
    tmp_path: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    (folder / "private").mkdir(parents=True)
    for name, place in (("cat", folder / "private"), ("coffee", folder), ("rocket", folder)):
        file = place / photo_name(name)
        shutil.copyfile(real_photos / photo_name(name), file)
        os.utime(file, (time.time() - 60,) * 2)
    library = tmp_path / "library"
    assert run(library, "index", str(folder)) == 0
    assert run(library, "folders", "exclude", str(folder / "private")) == 0
    capsys.readouterr()
    assert run(library, "search", "a cat", "--json") == 0
    assert photo_name("cat") not in capsys.readouterr().out
    assert run(library, "folders", "exclude") == 0
    assert capsys.readouterr().out.splitlines() == [(folder / "private").as_posix()]
    assert run(library, "folders", "exclude", "--undo", "nothing of it") == 2
    assert "is not left out" in capsys.readouterr().err
    assert run(library, "folders", "exclude", "--undo", str(folder / "private")) == 0
    assert run(library, "search", "a cat", "--json") == 0
    assert photo_name("cat") in capsys.readouterr().out
    (folder / photo_name("rocket")).unlink()
    assert run(library, "folders", "purge", "--yes") == 0
    assert "Forgotten: 1 photo." in capsys.readouterr().out
    assert run(library, "folders", "purge") == 1


def test_what_is_left_out_can_be_said_anew_where_the_note_of_it_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    assert run(library, "folders", "exclude", "Private", "Old") == 0
    with contextlib.closing(SqliteCatalog(library / "catalog.db")) as catalog:
        catalog.set_setting("left_out", "{")
    for arguments in ([], ["Scans"], ["--undo", "Old"]):
        assert run(library, "folders", "exclude", *arguments) == 3
        assert "folders exclude --only" in capsys.readouterr().err
    assert run(library, "folders", "exclude", "--only", "Private", "Scans") == 0
    assert run(library, "folders", "exclude") == 0
    assert capsys.readouterr().out.splitlines() == ["Private", "Scans"]
    assert run(library, "folders", "exclude", "--only") == 0
    assert run(library, "folders", "exclude") == 0
    assert capsys.readouterr().out == ""


def test_photos_that_many_others_went_with_are_given_up_on_wish_and_known_where_they_are_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, elsewhere, library = tmp_path / "photos", tmp_path / "elsewhere", tmp_path / "library"
    for folder in (photos, elsewhere):
        folder.mkdir()
    for number in range(12):
        Image.new("RGB", (40, 30), (20 * number, 0, 0)).save(photos / f"{number:02}.png")
        os.utime(photos / f"{number:02}.png", (1e9, 1e9))
    assert run(library, "index", str(photos)) == 0
    assert run(library, "tags", "add", "cat", str(photos / "03.png")) == 0
    for file in sorted(photos.iterdir())[:11]:
        file.rename(elsewhere / file.name)
    assert run(library, "index") == 0
    assert "folders gone FOLDER" in capsys.readouterr().err
    assert run(library, "folders", "gone", str(elsewhere)) == 2
    assert run(library, "folders", "gone", str(photos)) == 0
    assert "11 gone" in capsys.readouterr().out
    assert run(library, "index", str(elsewhere)) == 0
    assert "11 moved" in capsys.readouterr().out
    assert run(library, "search", "tag:cat") == 0
    assert str(elsewhere / "03.png") in capsys.readouterr().out


@needs_links
def test_what_lies_behind_a_link_is_tagged_and_left_out_by_the_path_that_was_typed(
    tmp_path: Path, real_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, elsewhere, library = tmp_path / "photos", tmp_path / "elsewhere", tmp_path / "library"
    folder.mkdir()
    elsewhere.mkdir()
    shutil.copyfile(real_photos / photo_name("cat"), elsewhere / "cat.png")
    os.utime(elsewhere / "cat.png", (time.time() - 60,) * 2)
    (folder / "friends").symlink_to(elsewhere)
    (tmp_path / "pictures").symlink_to(folder)
    assert run(library, "index", str(tmp_path / "pictures")) == 0
    typed = str(tmp_path / "pictures" / "friends")
    assert run(library, "tags", "add", "cat", f"{typed}/cat.png") == 0
    assert run(library, "folders", "exclude", typed) == 0
    assert "1 gone" in capsys.readouterr().out
    assert run(library, "folders", "exclude", "--undo", typed) == 0
    assert run(library, "folders", "exclude", "--undo", typed) == 2
    capsys.readouterr()
    assert run(library, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["photos"]["missing"] == 0


def test_a_path_in_place_of_a_command_opens_the_window(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Path, list[Path]]] = []
    monkeypatch.setattr(
        "photo_clip.app.run_window", lambda places, paths=(): opened.append((places.data, list(paths))) or 0
    )
    monkeypatch.setenv("PHOTO_CLIP_HOME", str(library))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holiday.jpg").touch()
    (tmp_path / "status").mkdir()
    assert run_command(["holiday.jpg"]) == 0
    assert run_command([str(tmp_path), str(tmp_path / "holiday.jpg")]) == 0
    assert run_command(["open", "status"]) == 0
    assert opened == [
        (library, [Path("holiday.jpg")]),
        (library, [tmp_path, tmp_path / "holiday.jpg"]),
        (library, [Path("status")]),
    ]
    assert run_command(["status"]) == 0  # the command, not the folder
    assert run_command([""]) == 2
    assert len(opened) == 3
    monkeypatch.setattr(sys, "platform", "win32")
    assert run_command(["hol*.jpg"]) == 0
    assert run_command([f'{tmp_path}"']) == 0  # typed with a backslash before the quotation mark
    assert opened[3:] == [(library, [Path("holiday.jpg")]), (library, [tmp_path])]


def test_the_windows_own_name_takes_whatever_it_is_given_for_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[Path]] = []
    monkeypatch.setattr("photo_clip.app.run_window", lambda places, paths=(): opened.append(list(paths)) or 0)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "photo-clip-window"), "status", "--help", f'{tmp_path}"'])
    on_windows = SimpleNamespace(platform="win32")  # whose shells make D:" of "D:\\"
    monkeypatch.setattr("photo_clip.core.typed_paths.sys", on_windows)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert opened == [[Path("status"), Path("--help"), tmp_path]]


def test_the_standard_edition_lists_models_and_says_which_need_the_full_one(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("photo_clip.opening.this_edition", lambda: Edition.STANDARD)
    assert run(library, "models", "list") == 0
    told = capsys.readouterr().out
    assert "starter  (in use)" in told
    assert told.count("(needs the full edition)") > 3
    assert HOMEPAGE in told
    assert run(library, "models", "list", "--json") == 0
    assert [model["usable"] for model in json.loads(capsys.readouterr().out)].count(True) == 1
    for command in ("download", "use"):
        assert run(library, "models", command, "ViT-B-32/openai") == 3
        assert "needs the full edition" in capsys.readouterr().err
