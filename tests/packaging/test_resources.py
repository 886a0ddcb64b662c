"""What the packages are made of is there, says the same everywhere, and keeps the forms that systems ask for."""

import configparser
import importlib.util
import os
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from photo_clip import APP_ID, APP_NAME, HOMEPAGE, __version__
from photo_clip.core.formats import PHOTO_SUFFIXES
from photo_clip.core.places import resources_folder

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
METAINFO = PACKAGING / "linux" / f"{APP_ID}.metainfo.xml"
ENTRY = PACKAGING / "linux" / f"{APP_ID}.desktop"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def part(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a module of packaging/, which is no package."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def metainfo() -> ElementTree.Element:
    return ElementTree.parse(METAINFO).getroot()  # noqa: S314 - our own file


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ENTRY, encoding="utf-8")
    return parser["Desktop Entry"]


@pytest.mark.parametrize(
    "name",
    [
        "icons/photo-clip.svg",
        "models/starter/image.onnx",
        "models.toml",
        "places.tsv",
        "phrases.txt",
        "labels/travel.txt",
    ],
)
def test_what_the_program_reads_at_run_time_is_there(name: str) -> None:
    assert (resources_folder() / name).is_file()


def test_a_frozen_program_looks_for_its_resources_where_the_spec_puts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/opt/photo-clip/program", raising=False)
    assert resources_folder() == Path("/opt/photo-clip/program/resources")
    assert '"resources"' in (PACKAGING / "photo_clip.spec").read_text(encoding="utf-8")


def test_the_version_is_told_in_one_place_and_the_metainfo_knows_it() -> None:
    assert PROJECT["dynamic"] == ["version"]
    newest = metainfo().find("releases/release")
    assert newest is not None
    assert newest.get("version") == __version__
    for file in (PACKAGING / "photo_clip.spec", PACKAGING / "windows" / "photo_clip.iss"):
        assert __version__ not in file.read_text(encoding="utf-8")


def test_names_and_addresses_agree() -> None:
    told = metainfo()
    assert told.findtext("id") == APP_ID
    assert told.findtext("name") == APP_NAME
    assert told.findtext("launchable") == ENTRY.name
    assert told.findtext("url[@type='homepage']") == HOMEPAGE
    assert HOMEPAGE in (PACKAGING / "windows" / "photo_clip.iss").read_text(encoding="utf-8")
    commands = {node.text for node in told.findall("provides/binary")}
    assert commands == {*PROJECT["scripts"], *PROJECT["gui-scripts"]}


def test_the_desktop_entry_opens_photos_and_folders_with_the_windows_own_command() -> None:
    entry = desktop_entry()
    assert entry["Exec"] == "photo-clip-window %F"
    assert entry["Exec"].split()[0] in PROJECT["gui-scripts"]
    assert entry["Icon"] == APP_ID
    kinds = entry["MimeType"].strip(";").split(";")
    assert {"inode/directory", "image/jpeg", "image/heic"} <= set(kinds)
    assert len(kinds) == len(set(kinds))


def test_each_way_to_start_the_window_on_windows_names_the_program_as_the_window_does() -> None:
    script = (PACKAGING / "windows" / "photo_clip.iss").read_text(encoding="utf-8")
    icons = [line for line in script.partition("[Icons]")[2].partition("[")[0].splitlines() if line]
    assert icons
    assert all('AppUserModelID: "{#AppId}"' in line for line in icons)


def test_windows_offers_only_files_that_are_looked_at() -> None:
    suffixes = re.findall(
        r'Suffix\("(\.\w+)"\)', (PACKAGING / "windows" / "photo_clip.iss").read_text(encoding="utf-8")
    )
    assert suffixes
    assert set(suffixes) <= PHOTO_SUFFIXES


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstreamcli checks the metainfo")
def test_the_metainfo_is_valid() -> None:
    done = subprocess.run(["appstreamcli", "validate", "--no-net", str(METAINFO)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-validate checks the entry")
def test_the_desktop_entry_is_valid() -> None:
    done = subprocess.run(["desktop-file-validate", str(ENTRY)], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell to parse them")
@pytest.mark.parametrize("script", sorted(PACKAGING.rglob("*.sh")), ids=lambda script: script.name)
def test_shell_scripts_parse_and_may_be_run(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], capture_output=True).returncode == 0
    assert os.access(script, os.X_OK)


def test_the_entitlements_of_macos_parse() -> None:
    with (PACKAGING / "macos" / "entitlements.plist").open("rb") as stream:
        assert all(plistlib.load(stream).values())


def test_debian_asks_for_the_libraries_that_the_readme_names(monkeypatch: pytest.MonkeyPatch) -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    command = re.search(r"`sudo apt install ([^`]+)`", told)
    assert command is not None
    named = {name for name in command[1].split() if name.startswith("lib")}
    assert named
    assert named <= set(part("linux_packages", monkeypatch).DEPENDS)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="only Debian's tools make its packages")
@pytest.mark.parametrize(("edition", "name"), [("standard", "photo-clip"), ("full", "photo-clip-full")])
def test_debian_is_given_menu_entry_icons_and_commands_and_nothing_to_run(
    edition: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "built"
    (built / "program" / "resources").mkdir(parents=True)
    (built / APP_NAME).write_bytes(b"\x7fELF\0GLIBC_2.31\0GLIBC_2.4\0")
    (built / APP_NAME).chmod(0o755)
    (built / "program" / "resources" / "THIRD_PARTY.txt").write_text("notices")
    icons = part("icons", monkeypatch).write_icons(resources_folder() / "icons" / "photo-clip.svg", tmp_path / "icons")
    package = part("linux_packages", monkeypatch).debian_package(built, icons, edition, tmp_path / "work", tmp_path)
    assert package.name.startswith(f"{name}_{__version__}_")

    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "-R", package, unpacked], check=True)
    assert [file.name for file in (unpacked / "DEBIAN").iterdir()] == ["control"]
    control = (unpacked / "DEBIAN" / "control").read_text(encoding="utf-8")
    assert f"Package: {name}\n" in control
    assert "libc6 (>= 2.31)" in control
    for command in (*PROJECT["scripts"], *PROJECT["gui-scripts"]):
        assert (unpacked / "usr/bin" / command).resolve() == unpacked / "usr/lib" / APP_NAME / APP_NAME
    assert (unpacked / "usr/share/applications" / ENTRY.name).is_file()
    assert (unpacked / "usr/share/metainfo" / METAINFO.name).is_file()
    assert (unpacked / f"usr/share/icons/hicolor/48x48/apps/{APP_ID}.png").is_file()
    assert (unpacked / "usr/share/doc" / APP_NAME / "copyright").read_text(encoding="utf-8") == "notices"


def test_the_standard_edition_is_made_of_all_but_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = part("requirements", monkeypatch).requirements
    left_out = {line.split(">")[0] for line in set(requirements("full")) - set(requirements("standard"))}
    assert left_out == {"torch", "open_clip_torch", "transformers"}
    assert set(PROJECT["dependencies"]) < set(requirements("full"))


def test_linux_gets_the_cpu_build_of_torch_unless_there_is_a_card_or_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    build = part("build", monkeypatch)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert build.torch_source() == build.CPU_TORCH
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert build.torch_source() is None

    wanted = ["numpy>=2,<3", "torch>=2.10,<3", "transformers>=4.50,<6"]
    from_index = ["--index-url", build.CPU_TORCH, "torch>=2.10,<3", "torchvision"]
    assert build.torch_to_install(build.CPU_TORCH, wanted) == from_index
    for named in ("torch==2.14.1", "wheels/torch-2.14.1.whl", "https://example.org/torch-2.14.1.whl"):
        assert build.torch_to_install(named, wanted) == [named, "torchvision"]


def test_the_full_edition_is_not_built_with_another_torch_than_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = part("build", monkeypatch)
    asked: list[list[str]] = []

    def refuse(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, returncode=1)

    monkeypatch.setattr(build.venv, "create", lambda *_arguments, **_options: None)
    monkeypatch.setattr(build.subprocess, "run", refuse)
    with pytest.raises(SystemExit, match="no torch to be had from https://example"):
        build.made_environment(tmp_path, "full", "https://example.org")
    assert len(asked) == 1


def test_the_icons_are_drawn_in_all_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    icons = part("icons", monkeypatch)
    folder = icons.write_icons(resources_folder() / "icons" / "photo-clip.svg", tmp_path)
    for side in icons.SIZES_PX:
        with Image.open(folder / f"photo-clip-{side}.png") as image:
            assert image.size == (side, side)
            assert image.getchannel("A").getextrema() == (0, 255)  # drawn, with clear corners
    with Image.open(folder / "photo-clip.ico") as image:
        assert {(16, 16), (32, 32), (256, 256)} <= set(image.info["sizes"])
    with Image.open(folder / "photo-clip.icns") as image:
        assert (512, 512, 2) in image.info["sizes"]


@pytest.mark.parametrize(
    ("destination", "source", "stays_out"),
    [
        ("PySide6/Qt/translations/qtbase_de.qm", "/venv/PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/plugins/platforms/qwindows.dll", "C:\\venv\\PySide6\\plugins\\platforms\\qwindows.dll", False),
        ("PySide6\\plugins\\platforms\\qminimal.dll", "C:\\venv\\PySide6\\plugins\\platforms\\qminimal.dll", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/venv/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", "/venv/libqvnc.so", True),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", "/venv/libQt6Widgets.so.6", False),
        ("libQt6Quick.so.6", "PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("libstdc++.so.6", "/lib/x86_64-linux-gnu/libstdc++.so.6", True),
        ("libxcb-cursor.so.0", "/lib/x86_64-linux-gnu/libxcb-cursor.so.0", False),
        ("libxcb.so.1", "/lib/x86_64-linux-gnu/libxcb.so.1", True),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", False),
        ("libreadline.so.8", "/lib/x86_64-linux-gnu/libreadline.so.8", True),
        ("torch/lib/libtorch_cpu.so", "/venv/torch/lib/libtorch_cpu.so", False),
        ("torch/bin/torch_shm_manager", "/venv/torch/bin/torch_shm_manager", False),
        ("torch/bin/test_api", "/venv/torch/bin/test_api", True),
        ("torch\\include\\ATen\\ops.yaml", "C:\\venv\\torch\\include\\ATen\\ops.yaml", True),
        ("torchvision/_C_stable.so", "/venv/torchvision/_C_stable.so", True),
        ("torchvision/ops/boxes.py", "/venv/torchvision/ops/boxes.py", False),
        ("resources/models/starter/text.onnx", "/photo-clip/resources/models/starter/text.onnx", False),
    ],
)
def test_what_is_not_needed_stays_out(
    destination: str, source: str, stays_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert part("contents", monkeypatch).is_left_out(destination, source) is stays_out


def test_notices_and_bill_name_whose_work_is_in_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np
    import pebble

    notices = part("notices", monkeypatch)
    parts = notices.bundled_parts([np.__file__, pebble.__file__, str(ROOT / "LICENSE")])
    names = [each.name for each in parts]
    assert {"numpy", "Python", "all-MiniLM-L6-v2 (bundled model)"} <= set(names)
    assert APP_NAME not in names
    text = notices.notices_of(parts)
    assert "MIT License" in text
    assert "NumPy Developers" in text
    assert "Apache License" in text
    bill = notices.bill_of(parts, "standard")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    component = next(each for each in bill["components"] if each["name"] == "numpy")
    assert component["purl"] == f"pkg:pypi/numpy@{np.__version__}"


def test_what_the_standard_edition_leaves_out_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-check passes, in a process of its own, where nothing that the spec excludes can be imported."""
    left_out = part("contents", monkeypatch).left_out_modules("standard")
    # Chroma's process is started anew and reads this at its start, like the others
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({left_out!r}))\n")
    code = (
        "from photo_clip.core.editions import this_edition\nfrom photo_clip.cli import run_command\n"
        "print(this_edition())\nraise SystemExit(run_command(['self-check']))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=170)
    assert done.stderr == ""
    assert done.stdout.split() == ["standard", "ok"]
