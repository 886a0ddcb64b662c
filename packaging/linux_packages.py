"""Makes the Debian package and the archive that runs anywhere from a folder that PyInstaller made."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

from icons import SIZES_PX

from photo_clip import APP_ID, APP_NAME, HOMEPAGE, __version__

HERE = Path(__file__).parent
WINDOW = f"{APP_NAME}-window"
DEPENDS = (
    # what README names for the window
    *("libegl1", "libgl1", "libxkbcommon0", "libxkbcommon-x11-0", "libdbus-1-3", "libfontconfig1", "libxcb-cursor0"),
    *("libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"),
    # what every desktop has, and a bare system has not
    *("libfreetype6", "libgcc-s1", "libglib2.0-0t64 | libglib2.0-0", "libgssapi-krb5-2", "libstdc++6", "libx11-6"),
    *("libx11-xcb1", "libxcb1"),
)
_RECOMMENDS = ("libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "fonts-dejavu-core | fonts-noto-core")


def glibc_floor(folder: Path) -> str:
    """Return the oldest glibc that all files in a folder run with, read off the symbol versions they ask for."""
    asked = set()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    asked.update(re.findall(rb"\0GLIBC_2\.(\d+)(?=[.\0])", stream.read()))
    return f"2.{max(map(int, asked), default=17)}"


def debian_package(built: Path, icons: Path, edition: str, folder: Path, target: Path) -> Path:
    """Make the .deb of a built program in `target`; `folder` is for what is made on the way.

    It needs no scripts: Debian's own triggers bring menus and icons up to date, and a package with scripts would be
    remembered after its removal.
    """
    shutil.rmtree(folder, ignore_errors=True)
    home, share, commands = folder / "usr/lib" / APP_NAME, folder / "usr/share", folder / "usr/bin"
    shutil.copytree(built, home, symlinks=True)
    commands.mkdir(parents=True)
    for name in (APP_NAME, WINDOW):
        (commands / name).symlink_to(f"../lib/{APP_NAME}/{APP_NAME}")
    _desktop_files(share, icons)
    papers = share / "doc" / APP_NAME
    papers.mkdir(parents=True)
    (papers / "copyright").symlink_to(f"../../../lib/{APP_NAME}/program/resources/THIRD_PARTY.txt")
    change = f"{APP_NAME} ({__version__}) stable; urgency=low\n\n  * See {HOMEPAGE}/releases\n"
    (papers / "changelog.gz").write_bytes(gzip.compress(change.encode(), mtime=0))
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    size_kb = sum(file.lstat().st_size for file in folder.rglob("*")) // 1024
    name, other = (APP_NAME, f"{APP_NAME}-full") if edition == "standard" else (f"{APP_NAME}-full", APP_NAME)
    control = {
        "Package": name,
        "Version": __version__,
        "Section": "graphics",
        "Priority": "optional",
        "Architecture": machine,
        "Maintainer": f"The {APP_NAME} developers <{APP_NAME}@users.noreply.github.com>",
        "Installed-Size": str(size_kb),
        "Depends": ", ".join([f"libc6 (>= {glibc_floor(built)})", *DEPENDS]),
        "Recommends": ", ".join(_RECOMMENDS),
        "Conflicts": other,
        "Replaces": other,
        "Homepage": HOMEPAGE,
        "Description": f"finds and tags your own photos by what they show ({edition} edition)\n"
        " Drop a folder in, type what you remember, and see those photos. Everything\n"
        " happens on your computer: no account, no upload, no network.",
    }
    debian = folder / "DEBIAN"
    debian.mkdir()
    (debian / "control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()), encoding="utf-8")
    _let_all_read(folder)
    package = target / f"{name}_{__version__}_{machine}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(folder), str(package)], check=True)
    return package


def archive(built: Path, icons: Path, edition: str, folder: Path, target: Path) -> Path:
    """Make an archive to be unpacked anywhere, with a menu entry for the one who wants it."""
    shutil.rmtree(folder, ignore_errors=True)
    root = folder / f"{APP_NAME}-{__version__}"
    shutil.copytree(built, root, symlinks=True)
    (root / WINDOW).symlink_to(APP_NAME)
    _desktop_files(root / "share", icons)
    shutil.copy2(HERE / "linux" / "menu-entry.sh", root)
    _let_all_read(root)
    file = target / f"{APP_NAME}-{edition}-{__version__}-linux-{os.uname().machine}.tar.xz"
    owner = ("--owner=0", "--group=0", "--numeric-owner")
    subprocess.run(
        ["tar", "-cJf", str(file), *owner, "-C", str(folder), root.name],
        env={**os.environ, "XZ_OPT": "-T0"},
        check=True,
    )
    return file


def _desktop_files(share: Path, icons: Path) -> None:
    """Put desktop entry, metainfo and icons where desktops look for them."""
    for name, place in ((f"{APP_ID}.desktop", "applications"), (f"{APP_ID}.metainfo.xml", "metainfo")):
        (share / place).mkdir(parents=True)
        shutil.copyfile(HERE / "linux" / name, share / place / name)
    for side in SIZES_PX:
        place = share / f"icons/hicolor/{side}x{side}/apps"
        place.mkdir(parents=True)
        shutil.copyfile(icons / f"photo-clip-{side}.png", place / f"{APP_ID}.png")
    place = share / "icons/hicolor/scalable/apps"
    place.mkdir(parents=True)
    shutil.copyfile(HERE.parent / "resources/icons/photo-clip.svg", place / f"{APP_ID}.svg")


def _let_all_read(folder: Path) -> None:
    """Give files the modes of installed ones, whatever the builder's umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
