"""The files that other tools read say what those tools will accept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_pin_of_the_lock_is_hashed_and_none_has_an_address() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(blocks) > 100
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+==\S+( ;.*)? \\\n    --hash=sha256:", block)
    assert "://" not in LOCK


def test_the_lock_holds_all_that_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    asked = [*groups["book"], *groups["dev"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked += extra
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", LOCK, re.M))
    for requirement in map(Requirement, asked):
        version = pinned[requirement.name]
        assert requirement.specifier.contains(version), requirement


def test_conda_and_binder_can_read_the_environment() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert set(environment) <= {"name", "channels", "dependencies"}
    conda = [item for item in environment["dependencies"] if isinstance(item, str)]
    names = {MatchSpec(item, strict=True).name.normalized for item in conda}
    assert names == {"python", "pip", "postgresql"}
    (pip,) = (item for item in environment["dependencies"] if isinstance(item, dict))
    assert pip == {"pip": ["-r requirements.txt"]}, "one source of pins"


def test_binder_is_not_made_to_ignore_the_environment() -> None:
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()


def test_workflows_pin_their_actions_and_may_only_read() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():  # only what a tag publishes may write
            more = job.get("permissions", {})
            assert not more or list(workflow[True]["push"]) == ["tags"], path.name
        for action in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action


def test_the_versions_of_the_project_agree() -> None:
    version = PROJECT["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
