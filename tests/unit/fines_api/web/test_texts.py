import re
from pathlib import Path
from string import Formatter

import pytest

import fines_api.web
from fines_api.cases.policy import CaseState, HoldReason
from fines_api.decrees.document import TEXTS
from fines_api.hotlists.importing.schemas import ImportState
from fines_api.hotlists.policy import AlertPolicy, FollowUp, HitState, StateReason, Verdict
from fines_api.hotlists.schemas import EntryState
from fines_api.kit.errors import ConfigurationError
from fines_api.kit.i18n import LANGUAGES, load_catalogue
from fines_api.passages.schemas import SearchPurpose
from fines_api.search.clones.policy import SuspicionState
from fines_api.search.policy import Rank, SearchKind, SearchState
from fines_api.search.schemas import SearchMode
from fines_api.search.sightings.trace import LegFlag
from fines_api.web.rendering import plate_parts, words
from recognition.contracts import HotlistReason, MatchPolicy, PlateKey, VehicleClass

WEB = Path(fines_api.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    russian, english = (words(language).texts for language in LANGUAGES)
    assert set(russian) == set(english)
    assert {key: _fields(text) for key, text in russian.items()} == {
        key: _fields(text) for key, text in english.items()
    }
    assert all(text.strip() for text in (*russian.values(), *english.values()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_a_template_names_exists(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    named = set(re.findall(r"""\bt\("([a-z_.0-9]+)"[,)]""", source))
    assert named <= set(words("ru").texts)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_more_than_the_content_policy_allows(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", source)
    assert not re.search(r"\|\s*safe\b|autoescape", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_anti_forgery_token(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*action=\"([^\"]*)\".*?</form>", source, re.DOTALL)
    bodies = re.findall(r"<form.*?</form>", source, re.DOTALL)
    for action, body in zip(forms, bodies, strict=True):
        is_reading = 'method="get"' in body
        assert is_reading or action in {"/login", "/citizen"} or "csrf_field()" in body, action


def test_every_state_reason_and_kind_has_a_word() -> None:
    texts = words("en").texts
    for prefix, values in {
        "state": CaseState,
        "hold": HoldReason,
        "gate": HoldReason,
        "hit_state": HitState,
        "state_reason": StateReason,
        "verdict": Verdict,
        "action": FollowUp,
        "entry_state": EntryState,
        "alert_policy": AlertPolicy,
        "match_policy": MatchPolicy,
        "import_state": ImportState,
        "reason": HotlistReason,
        "purpose": SearchPurpose,
        "rank": Rank,
        "search_kind": SearchKind,
        "search_mode": SearchMode,
        "search_state": SearchState,
        "trace_flag": LegFlag,
        "clone_state": SuspicionState,
        "vehicle_class": VehicleClass,
    }.items():
        assert {f"{prefix}.{value.value}" for value in values} <= set(texts)


def test_plates_are_shown_in_their_own_letters_with_the_region_apart() -> None:
    def parts(plate: str, plate_type: str = "1", region: str = "ru") -> tuple[list[tuple[str, str]], str]:
        return plate_parts(PlateKey(plate=plate, plate_region=region, plate_type=plate_type))

    assert parts("A123BC77") == ([("l", "А"), ("d", "123"), ("l", "ВС")], "77")
    assert parts("A123BC777")[1] == "777"
    assert parts("AA12377", "1b") == ([("l", "АА"), ("d", "123")], "77")
    assert "".join(run for _, run in parts("XY12AB", "any", "eu")[0]).replace(" ", "") == "XY12AB"


def test_dates_moments_and_reasons_are_written_out() -> None:
    from datetime import UTC, date, datetime  # noqa: PLC0415

    russian = words("ru")
    assert russian.date(date(2026, 3, 1)) == "1 марта 2026 года"
    assert words("en").date(date(2026, 3, 1)) == "1 March 2026"
    assert (
        russian.moment(datetime(2024, 12, 31, 21, 0, tzinfo=UTC), "Europe/Moscow") == "1 января 2025 года, 00:00:00 MSK"
    )
    why = {"key": "why.in_force", "facts": {"from": "2026-03-10", "until": "2026-03-11"}, "source": "x"}
    assert russian.explain(why).endswith("11 марта 2026 года.")
    with pytest.raises(KeyError):
        russian.text("no.such.text")


def test_broken_and_doubled_texts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ru\.toml"):
        load_catalogue("ru", (tmp_path,))
    (tmp_path / "ru.toml").write_text('[why]\nexcess = "again"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"why\.excess"):
        load_catalogue("ru", (TEXTS, tmp_path))
