"""Build the packages of photo-clip for the system this runs on, from nothing but Python.

    python packaging/build.py                      the standard edition
    python packaging/build.py --edition full       with torch and open_clip

On Linux, the full edition takes torch's CPU build, a tenth of the registry's in size, unless the machine has an NVIDIA
card. --torch names another: a wheel, a requirement such as torch==2.14.1, or the address of an index, such as
https://download.pytorch.org/whl/cu130, which is how CUDA gets into a package for Windows.

An environment is made and filled, PyInstaller run, the result tried in an empty home without a network, and the
system's installers made: .deb and .tar.xz on Linux, .exe with Inno Setup on Windows, .dmg on macOS. All lands in dist/,
with notices, a bill of materials (CycloneDX) and checksums.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

from checks import check, sizes  # noqa: E402
from linux_packages import archive, debian_package, glibc_floor  # noqa: E402
from requirements import name_of, requirements  # noqa: E402

from photo_clip import APP_ID, APP_NAME, __version__  # noqa: E402

SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
CPU_TORCH = "https://download.pytorch.org/whl/cpu"
"""Where torch's makers keep its CPU build for Linux; see their installation page, pytorch.org/get-started/locally."""


def torch_source() -> str | None:
    """Return where this machine's torch comes from if nothing else was asked for; None is the registry."""
    return CPU_TORCH if sys.platform == "linux" and shutil.which("nvidia-smi") is None else None


def torch_to_install(source: str, wanted: list[str]) -> list[str]:
    """Return what pip is told for torch from an index, a wheel or a requirement; `wanted` are all requirements."""
    # torchvision by name: the two belong together, and open_clip would take the newest from the registry
    if "://" not in source or source.endswith(".whl"):
        return [source, "torchvision"]
    return ["--index-url", source, *(line for line in wanted if name_of(line) == "torch"), "torchvision"]


def made_environment(folder: Path, edition: str, torch: str | None) -> Path:
    """Return the Python of a new environment that holds what the edition is built from; `torch` as `torch_source`."""
    venv.create(folder, clear=True, with_pip=True)
    python = folder / SCRIPTS / "python"
    install = [python, "-m", "pip", "install", "--quiet"]
    wanted = requirements(edition)
    if edition == "full" and torch is not None:
        named = torch_to_install(torch, wanted)
        # other indexes that this computer asks, too, may have a newer torch, of another build
        environment = {**os.environ, "PIP_EXTRA_INDEX_URL": ""} if "--index-url" in named else None
        done = subprocess.run([*install, *named], env=environment, check=False)
        if done.returncode:
            raise SystemExit(
                f"There is no torch to be had from {torch}. Name another source: --torch WHEEL, or --torch torch for "
                "the registry's, which on Linux brings CUDA and makes a package of several GB."
            )
    subprocess.run([*install, *wanted], check=True)
    return python


def built_program(python: Path, edition: str, work: Path) -> Path:
    """Run PyInstaller and return the folder it made."""
    environment = {**os.environ, "PHOTO_CLIP_EDITION": edition, "PYTHONNOUSERSITE": "1"}
    options = [
        "--noconfirm",
        "--clean",
        "--log-level",
        "WARN",
        "--distpath",
        work / "built",
        "--workpath",
        work / "work",
    ]
    command = [python, "-m", "PyInstaller", *options, HERE / "photo_clip.spec"]
    subprocess.run(list(map(str, command)), env=environment, cwd=ROOT, check=True)
    return work / "built" / APP_NAME


def installers(built: Path, icons: Path, edition: str, work: Path, target: Path) -> list[Path]:
    """Make what people install, and return it."""
    if sys.platform == "linux":
        made = [archive(built, icons, edition, work / "archive", target)]
        if shutil.which("dpkg-deb"):
            made.append(debian_package(built, icons, edition, work / "debian", target))
        return made
    name = f"{APP_NAME}-{edition}-{__version__}"
    if sys.platform == "darwin":
        app, file = built.with_suffix(".app"), target / f"{name}-macos-{os.uname().machine}.dmg"
        subprocess.run([HERE / "macos" / "make_dmg.sh", app, file], check=True)
        return [file]
    defined = {"AppName": APP_NAME, "AppId": APP_ID, "Version": __version__, "Built": built, "Icons": icons}
    values = [f"/D{key}={value}" for key, value in defined.items()]
    sign_for_windows(*built.glob("*.exe"))
    subprocess.run(
        ["iscc", "/Q", *values, f"/O{target}", f"/F{name}-windows", HERE / "windows" / "photo_clip.iss"], check=True
    )
    sign_for_windows(target / f"{name}-windows.exe")
    return [target / f"{name}-windows.exe"]


def sign_for_windows(*files: Path) -> None:
    """Sign programs by the certificate of that thumbprint, where there is one."""
    thumbprint = os.environ.get("WINDOWS_SIGNING_THUMBPRINT")
    if thumbprint:
        stamp = ("/tr", "http://timestamp.digicert.com", "/td", "sha256")
        subprocess.run(["signtool", "sign", "/sha1", thumbprint, "/fd", "sha256", *stamp, *map(str, files)], check=True)


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", choices=("standard", "full"), default="standard")
    parser.add_argument("--torch", metavar="SOURCE", default=torch_source(), help="whence the full edition has it")
    parser.add_argument("--python", type=Path, help="build with this Python's packages, instead of a new environment")
    parser.add_argument("--to", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument("--no-installer", action="store_true", help="only the folder that is to be installed")
    arguments = parser.parse_args()
    edition, target = arguments.edition, arguments.to.absolute()
    work = ROOT / "build" / edition
    target.mkdir(parents=True, exist_ok=True)
    python = arguments.python or made_environment(work / "environment", edition, arguments.torch)
    built = built_program(python, edition, work)
    check(built / (f"{APP_NAME}.exe" if sys.platform == "win32" else APP_NAME))
    files = []
    beginning = f"{APP_NAME}-{edition}-{__version__}-{sys.platform}-{platform.machine()}"
    for name, kind in (("THIRD_PARTY.txt", "notices.txt"), ("sbom.cdx.json", "sbom.cdx.json")):
        files.append(target / f"{beginning}-{kind}")
        shutil.copyfile(built / "program" / "resources" / name, files[-1])
    if not arguments.no_installer:
        files += installers(built, work / "work" / "photo_clip" / "icons", edition, work, target)
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (target / f"{beginning}-SHA256SUMS").write_text("".join(sums), encoding="ascii")
    for name, size_mb in [*sizes(built), *((file.name, file.stat().st_size / 1e6) for file in files)]:
        print(f"{size_mb:8.1f} MB  {name}")
    if sys.platform == "linux":
        print(f"runs with glibc {glibc_floor(built)} or newer")


if __name__ == "__main__":
    main()
