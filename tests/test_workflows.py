"""What is tried for each change is what the README promises."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")


def test_each_python_that_the_readme_names_is_tried() -> None:
    named = re.search(r"^Python ([\d., or]+) is all", README, re.MULTILINE)
    tried = re.search(r"python: \[(.+)\]", WORKFLOW)
    assert named is not None
    assert tried is not None
    assert re.findall(r"3\.\d+", tried[1]) == re.findall(r"3\.\d+", named[1])


def test_the_workflow_finds_the_command_for_windows_in_the_readme() -> None:
    pattern = re.search(r"-Pattern '(.+)'", WORKFLOW)
    assert pattern is not None
    found = re.search(pattern[1], README, re.MULTILINE)
    assert found is not None
    assert found[1].startswith("-m venv .venv; ")
