"""The wall between the layers, checked from the imports themselves."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "photo_clip"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAY_IMPORT = {
    "core": {"photo_clip.core", "numpy"},
    "services": {"photo_clip.core", "photo_clip.services", "numpy"},
    "gui": {"photo_clip.core", "photo_clip.services", "photo_clip.gui", "numpy", "PySide6"},
}
SAID_ONCE = {"photo_clip.APP_NAME", "photo_clip.APP_ID", "photo_clip.HOMEPAGE", "photo_clip.__version__"}


def imports_of(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for name in node.names:
                yield f"{node.module}.{name.name}"


def is_within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(allowed + ".")


def foreign(name: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    return top not in sys.stdlib_module_names and top != "photo_clip"


def layer_of(module: Path) -> str:
    parts = module.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    modules = [module for module in MODULES if layer_of(module) == layer]
    assert modules
    allowed = MAY_IMPORT[layer] | SAID_ONCE
    wrong = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in modules
        for name in imports_of(module)
        if name.split(".")[0] not in sys.stdlib_module_names and not any(is_within(name, a) for a in allowed)
    ]
    assert wrong == []


def test_adapters_import_only_core_and_their_own_library() -> None:
    wrong = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in MODULES
        if layer_of(module) == "adapters"
        for name in imports_of(module)
        if is_within(name, "photo_clip")
        and name not in SAID_ONCE
        and not is_within(name, "photo_clip.core")
        and not is_within(name, "photo_clip.adapters")
    ]
    assert wrong == []


def test_each_library_has_one_home() -> None:
    homes: dict[str, set[str]] = {}
    for module in MODULES:
        for name in imports_of(module):
            if foreign(name) and not is_within(name, "numpy") and not is_within(name, "PySide6"):
                home = module.relative_to(PACKAGE)  # xmp.py and xmp_sidecars.py are parts of one
                homes.setdefault(name.split(".")[0], set()).add(str(home.parent / home.stem.split("_")[0]))
    assert {library: places for library, places in homes.items() if len(places) > 1} == {}


def test_adapters_are_imported_only_where_the_program_is_put_together() -> None:
    wrong = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in MODULES
        if layer_of(module) in {"core", "services", "gui"}
        for name in imports_of(module)
        if is_within(name, "photo_clip.adapters")
    ]
    assert wrong == []


def test_threads_are_started_by_the_jobs_and_to_ask_drives_alone() -> None:
    starters = {"threading.Thread", "PySide6.QtCore.QThread", "concurrent.futures.ThreadPoolExecutor"}
    wrong = [
        f"{module.relative_to(PACKAGE)} imports {name}"
        for module in MODULES
        if module not in (PACKAGE / "gui" / "jobs.py", PACKAGE / "services" / "asking.py")
        for name in imports_of(module)
        if name in starters
    ]
    assert wrong == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_every_module_says_in_a_sentence_what_it_is_for(module: Path) -> None:
    sentence = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert sentence
    assert sentence.splitlines()[0].endswith(".")


@pytest.mark.parametrize("entrance", ["photo_clip.__main__", "photo_clip.cli", "photo_clip.gui.main_window"])
def test_heavy_libraries_stay_out_until_they_are_needed(entrance: str) -> None:
    heavy = "torch open_clip chromadb onnxruntime transformers PIL"
    code = (
        f"import sys, {entrance}\n"
        f"found = [name for name in {heavy!r}.split() if name in sys.modules]\n"
        "sys.exit(', '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.returncode == 0
