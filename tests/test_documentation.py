"""The manual, the help and the code say the same: a setting, command, address or event without its place fails here."""

import re
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from typer.main import get_command

from app.aids.document import MOST_BYTES, FrontMatter, read
from app.cli import cli
from app.main import create_app
from app.search import circumstances, ranking, why
from app.settings import Settings
from app.usage.schemas import EventIn, EventType
from app.viewer import MATRIX, Role

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "jobaids"
MANUAL = {path.stem: path.read_text() for path in (LIBRARY / "manual").glob("*.md")}
AIDS = sorted(LIBRARY.rglob("*.md"))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_its_place(name: str) -> None:
    assert f"JOBAIDS_{name.upper()}" in MANUAL["settings"]


def test_every_command_has_its_place() -> None:
    root = get_command(cli)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {"": None})
        for sub in below:
            assert f"jobaids {name} {sub}".strip() in MANUAL["commands"], name


def test_every_address_of_the_api_has_its_place(tmp_path: Path) -> None:
    app: FastAPI = create_app(Settings(data_dir=tmp_path))
    text = MANUAL["api-calls"]
    for path in app.openapi()["paths"]:
        written = path.replace("{slug:path}", "{slug}").removeprefix("/api/v1")
        assert written in text, path
    app.state.engine.dispose()


@pytest.mark.parametrize("name", [*EventType, *EventIn.model_fields])
def test_every_event_and_field_has_its_place(name: str) -> None:
    assert f"`{name}`" in MANUAL["events"]


@pytest.mark.parametrize("name", sorted(FrontMatter.model_fields))
def test_every_key_of_the_front_matter_has_its_place(name: str) -> None:
    assert name in MANUAL["front-matter"]


def test_the_roles_are_those_of_the_code() -> None:
    rows = [f"| {right} | " + " | ".join(row[role] or "–" for role in Role) + " |" for right, row in MATRIX.items()]
    assert "\n".join(rows) in MANUAL["roles"]


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{MOST_BYTES:,}" in "".join(MANUAL.values())


def test_the_parts_of_a_score_are_those_of_the_code() -> None:
    assert f"| meaning | what the aid is about; {ranking.MEANING:g} for the nearest aid" in MANUAL["why-found"]
    assert f"{round((circumstances.LIFT - 1) * 100)} % more" in MANUAL["why-found"]
    assert all(f"| {name} |" in MANUAL["why-found"] for name in why.NAMES.values())


@pytest.mark.parametrize("name", [*why.NAMES, *why.PLACES])
def test_what_gives_a_score_and_where_has_its_place(name: str) -> None:
    [told] = [line for line in MANUAL["api-calls"].splitlines() if "parts[{" in line]
    assert f"`{name}`" in told


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert "make run" in text
    assert "make test" in text


def test_every_make_target_is_in_the_readme_or_the_manual() -> None:
    text = (ROOT / "README.md").read_text() + "".join(MANUAL.values())
    for target in re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE):
        assert f"make {target}" in text, target


def test_there_is_one_whoosh() -> None:
    locked = re.findall(r"^(whoosh[^=]*)==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE | re.IGNORECASE)
    assert locked == ["whoosh3"]


def test_no_lock_file_names_an_address() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text()


def test_the_shipped_library_is_as_large_as_promised() -> None:
    manual = [path for path in AIDS if "manual" in path.parts]
    assert len(manual) >= 15
    assert len(AIDS) - len(manual) >= 30
    assert {read(path.read_text()).front.kind for path in AIDS} == set(read("").front.kind.__class__)


def test_every_task_of_the_shipped_library_is_defined() -> None:
    defined = {
        task["slug"] for file in LIBRARY.rglob("tasks.yaml") for task in yaml.safe_load(file.read_text())["tasks"]
    }
    assert {slug for path in AIDS for slug in read(path.read_text()).front.tasks} <= defined


@pytest.mark.parametrize("path", AIDS, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_links_between_shipped_aids_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+\.md)", re.sub(r"`[^`]*`", "", path.read_text())):
        assert (path.parent / target).resolve().is_file(), target


def test_no_aid_for_everyone_leads_to_one_for_members() -> None:
    hidden = {path for path in AIDS if read(path.read_text()).front.audience == "members"}
    for path in set(AIDS) - hidden:
        for target in re.findall(r"\]\(([^)#\s:]+\.md)", path.read_text()):
            assert (path.parent / target).resolve() not in hidden, path
