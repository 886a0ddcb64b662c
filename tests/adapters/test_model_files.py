"""Downloads from a hub that breaks off, lies and refuses, and files that a person has already."""

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from photo_clip.adapters import model_files
from photo_clip.adapters.clip_model import load_clip_model
from photo_clip.adapters.hub_download import HubDownload
from photo_clip.adapters.model_files import HubFiles
from photo_clip.core.errors import DownloadError, PhotoClipError
from photo_clip.core.models import Kind, ModelSource
from tests.fakes import FakeNotes
from tests.model_hub import Hub, open_hub
from tests.tiny_models import SIGLIP2, write_model

SOURCE = ModelSource(Kind.HUB, "", "somebody/tiny")
TAG = ModelSource(Kind.TAG, "ViT-tiny", "tag")
WEIGHTS = "open_clip_model.safetensors"
CONFIG = "open_clip_config.json"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def tiny_siglip2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("tiny_siglip2"), SIGLIP2)


@pytest.fixture
def hub(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with open_hub() as hub:
        hub.add("somebody/tiny", tiny)
        yield hub


@pytest.fixture
def files(hub: Hub, tmp_path: Path, tiny: Path) -> HubFiles:
    return files_of(hub.url, tmp_path, tiny)


def files_of(url: str, tmp_path: Path, tiny: Path, **options) -> HubFiles:
    def config_of(source: ModelSource) -> str:
        assert source.kind is Kind.TAG
        return (tiny / CONFIG).read_text()

    return HubFiles(
        tmp_path / "models",
        lambda source: "somebody/tiny",
        config_of,
        hub_url=url,
        wait=lambda seconds: None,
        **options,
    )


def run(task) -> list:
    return list(task)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


def test_nothing_is_asked_of_the_hub_until_a_download_is_wanted(hub: Hub, files: HubFiles) -> None:
    assert not files.is_here(SOURCE)
    assert files.size_bytes(SOURCE) == 0
    assert files.held() == []
    files.download(SOURCE)
    assert hub.asked == []


def test_a_downloaded_model_can_be_loaded_without_the_hub(hub: Hub, files: HubFiles, tiny: Path) -> None:
    progress = run(files.download(SOURCE))
    assert files.is_here(SOURCE)
    assert files.held() == [SOURCE]
    asked = len(hub.asked)
    model = load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes())
    assert model.identity == load_clip_model(ModelSource(Kind.FOLDER, "", str(tiny)), tiny, FakeNotes()).identity
    assert len(hub.asked) == asked
    done = [step.done for step in progress if step.total is not None]
    assert done == sorted(done)
    assert done[-1] == progress[-1].total == sum((tiny / name).stat().st_size for name in (CONFIG, WEIGHTS))


def test_a_model_that_is_here_is_not_fetched_again(hub: Hub, files: HubFiles) -> None:
    run(files.download(SOURCE))
    hub.asked.clear()
    assert run(files.download(SOURCE)) == []
    assert hub.asked == []


def test_the_files_by_which_a_model_reads_text_come_with_it(
    hub: Hub, tmp_path: Path, tiny: Path, tiny_siglip2: Path
) -> None:
    hub.add("somebody/tiny", tiny_siglip2)
    files = files_of(hub.url, tmp_path, tiny)
    run(files.download(SOURCE))
    model = load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes())
    assert len(model.embed_texts(["a cup of coffee"])) == 1


def test_a_tokenizer_that_lies_in_another_repository_is_fetched_from_there(
    hub: Hub, tmp_path: Path, tiny: Path, tiny_siglip2: Path
) -> None:
    hub.add("somebody/tiny", tiny_siglip2)
    for path in [path for path in hub.files if "tokenizer" in path]:
        hub.files[path.replace("somebody/tiny/", "somebody/words/")] = hub.files.pop(path)
    files = files_of(hub.url, tmp_path, tiny)
    run(files.download(SOURCE))
    assert len(load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes()).embed_texts(["a cat"])) == 1


def test_a_download_goes_on_by_itself_where_the_connection_broke_off(hub: Hub, files: HubFiles, tiny: Path) -> None:
    hub.breaks_after = [300_000, 5, 0, 100_000]
    run(files.download(SOURCE))
    assert (files.place_of(SOURCE) / WEIGHTS).read_bytes() == (tiny / WEIGHTS).read_bytes()
    assert hub.bytes_sent(f"elsewhere/somebody/tiny/{WEIGHTS}") == 1
    spans = [span for _, path, span in hub.asked if path.startswith("/elsewhere/") and span]
    assert len(spans) == 4


def test_a_download_that_was_stopped_goes_on_where_it_was(hub: Hub, files: HubFiles, tiny: Path) -> None:
    task = files.download(SOURCE)
    while next(task).done < 1_000_000:
        pass
    task.close()
    assert not files.is_here(SOURCE)
    assert files.begun_bytes(SOURCE) > 1_000_000
    assert files.held() == []
    first = next(step for step in files.download(SOURCE) if step.name == WEIGHTS)
    assert first.done > 1_000_000
    run(files.download(SOURCE))
    assert (files.place_of(SOURCE) / WEIGHTS).read_bytes() == (tiny / WEIGHTS).read_bytes()
    assert files.begun_bytes(SOURCE) == 0


def test_a_connection_that_breaks_off_at_once_again_and_again_is_told_and_what_came_is_kept(
    hub: Hub, files: HubFiles
) -> None:
    hub.breaks_after = [700_000] + [0] * 20
    with pytest.raises(DownloadError) as told:
        run(files.download(SOURCE))
    assert "goes on where it stopped" in told.value.advice
    assert not files.is_here(SOURCE)
    assert files.begun_bytes(SOURCE) >= 700_000
    hub.breaks_after = []
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


def test_a_hub_that_cannot_go_on_in_the_middle_is_asked_for_everything_again(hub: Hub, files: HubFiles) -> None:
    hub.breaks_after = [300_000]
    hub.ignores_range = True
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


def test_a_hub_that_goes_on_at_the_wrong_place_is_not_believed(hub: Hub, files: HubFiles, tiny: Path) -> None:
    hub.breaks_after = [300_000]
    hub.starts_elsewhere = True
    run(files.download(SOURCE))
    assert (files.place_of(SOURCE) / WEIGHTS).read_bytes() == (tiny / WEIGHTS).read_bytes()


@pytest.mark.parametrize("wrong", [-1000, 1000])
def test_a_hub_that_lies_about_the_length_is_not_believed(hub: Hub, files: HubFiles, wrong: int) -> None:
    hub.tells_size = len(hub.files[f"somebody/tiny/{WEIGHTS}"]) + wrong
    with pytest.raises(DownloadError, match="not what the hub promised"):
        run(files.download(SOURCE))
    assert not files.is_here(SOURCE)


def test_a_hub_that_sends_more_than_it_said_is_not_listened_to(hub: Hub, files: HubFiles) -> None:
    hub.sends_more = 1_000
    with pytest.raises(DownloadError, match="not what the hub promised"):
        run(files.download(SOURCE))


def test_a_hub_that_lies_about_the_digest_is_not_believed_and_nothing_of_it_is_kept(
    hub: Hub, files: HubFiles, tmp_path: Path
) -> None:
    hub.tells_digest = "0" * 64
    with pytest.raises(DownloadError, match="not what the hub promised"):
        run(files.download(SOURCE))
    assert not files.is_here(SOURCE)
    assert left_in(tmp_path / "models") == []


def test_small_files_are_checked_too(hub: Hub, files: HubFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = hub.files[f"somebody/tiny/{CONFIG}"]
    task = files.download(SOURCE)
    monkeypatch.setitem(hub.files, f"somebody/tiny/{CONFIG}", genuine)
    look_up = HubDownload.look_up

    def look_up_then_change(self, repository: str, name: str):
        found = look_up(self, repository, name)
        hub.files[f"somebody/tiny/{CONFIG}"] = genuine.replace(b"bicubic", b"bicubic"[::-1])
        return found

    monkeypatch.setattr(HubDownload, "look_up", look_up_then_change)
    with pytest.raises(DownloadError, match="not what the hub promised"):
        run(task)


def test_a_hub_that_promises_nothing_is_taken_as_it_is(hub: Hub, files: HubFiles) -> None:
    hub.tells_nothing = True
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


def test_a_file_that_changed_since_the_last_try_is_not_mixed_with_its_beginning(
    hub: Hub, files: HubFiles, tmp_path: Path
) -> None:
    task = files.download(SOURCE)
    while next(task).done < 1_000_000:
        pass
    task.close()
    hub.add("somebody/tiny", write_model(tmp_path / "newer", seed=5))
    run(files.download(SOURCE))
    assert (files.place_of(SOURCE) / WEIGHTS).read_bytes() == hub.files[f"somebody/tiny/{WEIGHTS}"]
    assert left_in(files.place_of(SOURCE)) == ["model.json", CONFIG, WEIGHTS]


def test_a_busy_hub_is_asked_again(hub: Hub, files: HubFiles) -> None:
    hub.errors[503] = 3
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


@pytest.mark.parametrize(
    ("code", "told"), [(404, "no open_clip model"), (401, "agreed to its terms"), (500, "the error 500"), (418, "418")]
)
def test_a_hub_that_refuses_is_quoted_and_nothing_is_left_behind(
    hub: Hub, files: HubFiles, tmp_path: Path, code: int, told: str
) -> None:
    hub.errors[code] = 100
    with pytest.raises(DownloadError, match=told):
        run(files.download(SOURCE))
    assert left_in(tmp_path / "models") == []


def test_a_hub_that_cannot_be_reached_is_named_with_what_to_do(tmp_path: Path, tiny: Path, hub: Hub) -> None:
    nobody = files_of("http://127.0.0.1:9", tmp_path, tiny)
    with pytest.raises(DownloadError) as told:
        run(nobody.download(SOURCE))
    assert "127.0.0.1:9" in told.value.sentence
    assert "mirror" in told.value.advice
    assert left_in(tmp_path / "models") == []


@pytest.mark.parametrize("url", ["no address", "ftp://somewhere"])
def test_an_address_that_is_none_is_told(tmp_path: Path, tiny: Path, url: str, hub: Hub) -> None:
    with pytest.raises(DownloadError, match="no address of a model hub"):
        run(files_of(url, tmp_path, tiny).download(SOURCE))


def test_the_mirror_of_the_environment_is_used(
    hub: Hub, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"{hub.url}/")
    files = files_of("", tmp_path, tiny)
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


def test_a_proxy_is_asked_instead_of_the_hub(hub: Hub, tmp_path: Path, tiny: Path) -> None:
    through = files_of("http://hub.invalid", tmp_path, tiny, proxy_url=hub.url)
    with pytest.raises(DownloadError):
        run(through.download(SOURCE))
    assert all(path.startswith("http://hub.invalid/") for _, path, _ in hub.asked)
    assert hub.asked


def test_a_proxy_that_is_none_is_told(hub: Hub, tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(DownloadError, match="proxy"):
        run(files_of(hub.url, tmp_path, tiny, proxy_url="nonsense").download(SOURCE))


def test_a_repository_that_was_renamed_is_followed(hub: Hub, files: HubFiles) -> None:
    for path in list(hub.files):
        new = path.replace("somebody/tiny/", "somebody/renamed/")
        hub.files[new] = hub.files.pop(path)
        if path in hub.large:
            hub.large.add(new)
    hub.renamed = {"somebody/tiny": "somebody/renamed"}
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


def test_weights_that_come_as_a_pickle_file_alone_are_not_fetched(hub: Hub, files: HubFiles) -> None:
    hub.files["somebody/tiny/open_clip_pytorch_model.bin"] = hub.files.pop(f"somebody/tiny/{WEIGHTS}")
    with pytest.raises(DownloadError, match="pickle"):
        run(files.download(SOURCE))
    assert not any("pytorch_model.bin" in path for method, path, _ in hub.asked if method == "GET")


def test_known_weights_whose_repository_has_no_configuration_get_open_clips_own(hub: Hub, files: HubFiles) -> None:
    del hub.files[f"somebody/tiny/{CONFIG}"]
    run(files.download(TAG))
    assert files.is_here(TAG)
    assert load_clip_model(TAG, files.place_of(TAG), FakeNotes()).dimensions == 48


@pytest.mark.parametrize(
    "content",
    [
        "[" * 300_000,
        "[]",
        '{"model_cfg": ["embed_dim", "vision_cfg", "text_cfg"]}',
        *(
            json.dumps({"model_cfg": {"embed_dim": 8, "vision_cfg": {}, "text_cfg": text}})
            for text in ([1], "text", None, {"hf_tokenizer_name": {"a": 1}}, {"layers": 10**9})
        ),
    ],
    ids=lambda content: content[:80],
)
def test_a_configuration_that_is_none_is_refused_before_anything_large_comes(
    hub: Hub, files: HubFiles, tmp_path: Path, content: str
) -> None:
    hub.files[f"somebody/tiny/{CONFIG}"] = content.encode()
    with pytest.raises(PhotoClipError, match=CONFIG):
        run(files.download(SOURCE))
    assert not any(path.endswith(WEIGHTS) for method, path, _ in hub.asked)
    assert left_in(tmp_path / "models") == []


@pytest.mark.parametrize("part", ["hf_tokenizer_name", "hf_model_name"])
@pytest.mark.parametrize("place", ["\ud800", "../../x\0y", "http://[::1", "a" * 100_000, "some/where?", "x/y/z"])
def test_a_place_that_no_repository_has_is_not_asked_for(
    hub: Hub, files: HubFiles, part: str, place: str, tmp_path: Path
) -> None:
    told = json.loads(hub.files[f"somebody/tiny/{CONFIG}"])
    told["model_cfg"]["text_cfg"][part] = place
    hub.files[f"somebody/tiny/{CONFIG}"] = json.dumps(told).encode()
    with pytest.raises(DownloadError, match="no place on the model hub"):
        run(files.download(SOURCE))
    assert all("somebody/tiny" in path for _, path, _ in hub.asked)
    assert left_in(tmp_path / "models") == []


@pytest.mark.parametrize("place", ["", "http://[bad", "//[", "//[::1]:x/", "file:///etc/passwd"])
def test_a_hub_that_sends_on_to_nowhere_is_told(hub: Hub, files: HubFiles, place: str) -> None:
    hub.sends_to = place
    with pytest.raises(DownloadError):
        run(files.download(SOURCE))


def test_a_name_that_cannot_be_written_is_no_address_of_a_hub(files: HubFiles, tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(DownloadError, match="no address of a model hub"):
        run(files_of("http://127.0.0.1:9/\udcff", tmp_path, tiny).download(SOURCE))


@pytest.mark.parametrize("size", ["²", "9" * 5000, "-1", "many"])
def test_a_size_that_is_none_is_not_believed(hub: Hub, files: HubFiles, size: str) -> None:
    hub.tells_size = size
    run(files.download(SOURCE))
    assert files.is_here(SOURCE)


@pytest.mark.parametrize("is_told", [True, False], ids=["size told", "size not told"])
@pytest.mark.parametrize("name", [CONFIG, "tokenizer.json", WEIGHTS])
def test_a_file_is_not_received_beyond_what_such_files_need_or_the_disk_has(
    hub: Hub,
    tmp_path: Path,
    tiny: Path,
    tiny_siglip2: Path,
    name: str,
    is_told: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.add("somebody/tiny", tiny_siglip2)
    hub.files[f"somebody/tiny/{name}"] = b" " * 5_000_000
    if not is_told:
        hub.tells_no_length.add(f"somebody/tiny/{name}")
        hub.large.clear()
    monkeypatch.setattr(model_files, "_MOST_TOKENIZER_BYTES", 1_000_000)
    if name == WEIGHTS:
        usage = namedtuple("usage", "total used free")
        monkeypatch.setattr(model_files.shutil, "disk_usage", lambda folder: usage(1, 1, 211_000_000))
    steps: list = []
    with pytest.raises(DownloadError, match=r"larger than 1 MB|has 211 MB free"):
        steps.extend(files_of(hub.url, tmp_path, tiny).download(SOURCE))
    assert all(step.done < 1_500_000 for step in steps)
    assert left_in(tmp_path / "models") == []


def test_a_disk_that_is_too_small_is_told_before_anything_large_comes(
    hub: Hub, files: HubFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(model_files.shutil, "disk_usage", lambda folder: usage(1, 1, 1_000_000))
    with pytest.raises(DownloadError, match="free"):
        run(files.download(SOURCE))
    assert not any(path.endswith(WEIGHTS) for method, path, _ in hub.asked if method == "GET")
    assert left_in(tmp_path / "models") == []


def test_a_folder_that_cannot_be_written_is_told(hub: Hub, files: HubFiles, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(DownloadError, match="could not be stored"):
        run(files.download(SOURCE))


def test_removing_a_model_takes_what_was_begun_too(hub: Hub, files: HubFiles, tmp_path: Path) -> None:
    task = files.download(SOURCE)
    while next(task).done < 1_000_000:
        pass
    task.close()
    files.remove(SOURCE)
    assert left_in(tmp_path / "models") == []
    run(files.download(SOURCE))
    files.remove(SOURCE)
    files.remove(SOURCE)
    assert left_in(tmp_path / "models") == []


def test_what_a_person_keeps_elsewhere_is_never_deleted(files: HubFiles, tiny: Path) -> None:
    for source in (
        ModelSource(Kind.FOLDER, "", str(tiny)),
        ModelSource(Kind.FILE, "ViT-tiny", str(tiny / WEIGHTS)),
        ModelSource(Kind.STARTER),
    ):
        files.remove(source)
        assert files.is_here(source)
        assert files.size_bytes(source) == 0


def test_models_whose_names_differ_in_case_or_signs_have_folders_of_their_own(files: HubFiles) -> None:
    names = ["a/b", "A/b", "a--b/c", "a/b--c", "a/" + "x" * 300]
    places = {str(files.place_of(ModelSource(Kind.HUB, "", name))).lower() for name in names}
    assert len(places) == len(names)
    assert all(len(Path(place).name) < 150 for place in places)


def test_a_foreign_folder_among_the_models_is_overlooked(files: HubFiles, tmp_path: Path) -> None:
    for name, text in (("other", "{}"), ("broken", "{"), ("list", "[]"), ("nonsense", '{"model": "nothing"}')):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.json").write_text(text)
    assert files.held() == []


@pytest.mark.parametrize("linked", [True, False])
def test_a_folder_that_a_person_has_is_taken(
    files: HubFiles, tiny_siglip2: Path, linked: bool, monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    if not linked:

        def refuse(*arguments: object) -> None:
            raise OSError("another disk")

        monkeypatch.setattr(os, "link", refuse)
    assert run(files.take(SOURCE, tiny_siglip2))
    assert len(load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes()).embed_texts(["a cat"])) == 1
    assert hub.asked == []
    assert (files.place_of(SOURCE) / WEIGHTS).samefile(tiny_siglip2 / WEIGHTS) == linked


def test_a_file_of_weights_that_a_person_has_is_taken_for_a_known_architecture(files: HubFiles, tiny: Path) -> None:
    run(files.take(TAG, tiny / WEIGHTS))
    assert load_clip_model(TAG, files.place_of(TAG), FakeNotes()).dimensions == 48


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_the_hubs_own_cache_of_links_is_taken(files: HubFiles, tiny: Path, tmp_path: Path) -> None:
    cache = tmp_path / "snapshot"
    cache.mkdir()
    for file in tiny.iterdir():
        (cache / file.name).symlink_to(file)
    run(files.take(SOURCE, cache))
    assert not (files.place_of(SOURCE) / WEIGHTS).is_symlink()
    assert load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes()).dimensions == 48


def test_removing_a_model_that_was_taken_leaves_the_persons_own_files(
    files: HubFiles, tiny: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(tiny, tmp_path / "own")
    run(files.take(SOURCE, own))
    files.remove(SOURCE)
    assert (own / WEIGHTS).read_bytes() == (tiny / WEIGHTS).read_bytes()


@pytest.mark.parametrize("name", ["photo.jpg", "nothing"])
def test_what_are_no_weights_is_not_taken(files: HubFiles, tmp_path: Path, name: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"jpeg")
    with pytest.raises(DownloadError, match="no file of weights"):
        run(files.take(SOURCE, tmp_path / name))
    assert not files.is_here(SOURCE)


def test_a_text_tower_of_another_kind_comes_with_its_configuration(
    hub: Hub, files: HubFiles, tmp_path: Path, tiny_siglip2: Path
) -> None:
    from transformers import XLMRobertaConfig

    tower = tmp_path / "tower"
    XLMRobertaConfig(
        vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    ).save_pretrained(tower)
    hub.add("somebody/tower", tower)
    config = {
        "embed_dim": 48,
        "vision_cfg": json.loads((tiny_siglip2 / CONFIG).read_text())["model_cfg"]["vision_cfg"],
        "text_cfg": {
            "hf_model_name": str(tower),
            "hf_model_pretrained": False,
            "hf_tokenizer_name": "somebody/words",
            "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "mlp",
        },
    }
    folder = write_model(tmp_path / "model", {"model_cfg": config, "preprocess_cfg": SIGLIP2["preprocess_cfg"]})
    config["text_cfg"]["hf_model_name"] = "somebody/tower"
    told = {"model_cfg": config, "preprocess_cfg": SIGLIP2["preprocess_cfg"]}
    told["model_cfg"]["vision_cfg"] = json.loads((folder / CONFIG).read_text())["model_cfg"]["vision_cfg"]
    (folder / CONFIG).write_text(json.dumps(told))
    hub.add("somebody/tiny", folder)
    run(files.download(SOURCE))
    model = load_clip_model(SOURCE, files.place_of(SOURCE), FakeNotes())
    assert model.embed_texts(["a cat", "the sea"]).shape == (2, 48)
