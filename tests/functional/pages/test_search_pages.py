"""Searching, agreeing, a vehicle's way on a plan, clones and the auditor, as people use the pages."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.search.dictionary.keeping import refresh
from fines_api.search.jobs import find_clones
from fines_api.search.policy import Rank
from fines_api.search.repository import RankRepository
from fines_api.sites.service import SiteService
from recognition.contracts import ClockQuality, ClockSource, Passage, PlateConsensus, PlateRead, VehicleClass

PASSWORD = "a long enough password"
PLACES = {
    "mkad-23": ("МКАД, 23-й км", 55.5775, 37.6931), "tverskaya": ("Тверская, 7", 55.7603, 37.6100),
    "leningradka": ("Ленинградское ш., 31", 55.8412, 37.4889), "vdnh": ("Проспект Мира, 119", 55.8262, 37.6377),
    "kutuzovsky": ("Кутузовский пр-т, 30", 55.7405, 37.5340),
}  # fmt: skip


@pytest.fixture
def town(world: Any) -> Any:
    """Five places, one car's day between them, and officers of every kind."""
    node = world.node
    with node.database.begin() as session:
        base = SiteService(session, node).current("test-road")
        for site_id, (address, latitude, longitude) in PLACES.items():
            place = base.place.model_copy(update={"address": address, "latitude": latitude, "longitude": longitude})
            SiteService(session, node).register(
                base.model_copy(update={"site_id": site_id, "place": place}), actor="test"
            )
        identity = IdentityService(session, node)
        for name, role, rank in (
            ("investigator", Role.POLICE, Rank.INVESTIGATOR), ("auditor", Role.AUDITOR, None)
        ):  # fmt: skip
            user_id = identity.create_user(name, PASSWORD, role, actor="test")
            if rank:
                RankRepository(session).put(user_id, rank.value, "test", node.clock.now())
    return world


def drive(world: Any, plate: str, *way: tuple[str, float]) -> None:
    """Let a car pass sites so many minutes ago."""
    node = world.node
    for site_id, minutes_ago in way:
        at = node.clock.now() - timedelta(minutes=minutes_ago)
        key = {"plate": plate, "plate_region": "ru", "plate_type": "1"}
        read = PlateRead(
            **key, raw_text=plate, confidence=0.97, frame_sequence=7, captured_at=at,
            corners_px=((1, 1), (90, 1), (90, 30), (1, 30)), height_px=20,
        )  # fmt: skip
        passage = Passage(
            passage_id=uuid4(), device_id="cam-a", site_id=site_id, site_version=1, camera_id="cam-1", track_id=1,
            started_at=at, ended_at=at, captured_at=at, clock=ClockQuality(source=ClockSource.RTCP, bound_ms=15),
            vehicle_class=VehicleClass.CAR, vehicle_confidence=0.9, frames=40, models={}, code_version="test",
            plate=PlateConsensus(**key, confidence=0.97, support=5, looks=6, best=read),
        )  # fmt: skip
        with node.database.begin() as session:
            event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
            PassageService(session, node).keep([event])


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like where somebody asked for it."""
    if folder := os.environ.get("RUBEZH_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fill_grounds(page: Page) -> None:
    page.select_option("#purpose", "criminal_case")
    page.fill("#case_number", "12401450001000123")
    page.fill("#legal_basis", "поручение от 3 марта")


def check_labels(page: Page) -> None:
    assert page.locator("h1").count() == 1
    for control in page.locator("input:not([type=hidden]), select, textarea").all():
        identifier = control.get_attribute("id")
        assert page.locator(f"label[for='{identifier}']").count() == 1, identifier


def log_in_as(visitor: Any, name: str, start: str) -> Page:
    visitor.page.context.clear_cookies()
    page: Page = visitor.log_in(name, start)
    return page


def test_an_officer_searches_by_a_pattern_and_the_search_is_kept(town: Any, visitor: Any) -> None:
    drive(town, "A123BC77", ("tverskaya", 30), ("vdnh", 10))
    drive(town, "A128BC77", ("mkad-23", 5))
    refresh(town.node)
    page = visitor.log_in("sergeant", "/police/search")
    check_labels(page)
    picture(page, "search-form")
    fill_grounds(page)
    page.fill("#plate", "А12?вс*")
    page.select_option("#mode", "wildcard")
    page.click("main form.card button")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody")).to_contain_text("Тверская, 7")
    picture(page, "search-found")
    page.goto(f"{town.url}/police/search")
    expect(page.locator("main table")).to_contain_text("A12?BC*")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda page: page.fill("#plate", "12"), "три известных знака"),
        (lambda page: page.fill("#case_number", "нет"), "не номер дела"),
        (lambda page: page.fill("#since", "2020-01-01T00:00"), "не смотрит так далеко"),
    ],
)
def test_a_refused_search_says_why_and_keeps_what_was_typed(
    town: Any, visitor: Any, change: Callable[[Page], None], said: str
) -> None:
    page = visitor.log_in("sergeant", "/police/search")
    fill_grounds(page)
    page.fill("#plate", "A123")
    page.select_option("#mode", "partial")
    change(page)
    page.click("main form.card button")
    expect(page.locator("[role=alert]")).to_contain_text(said)
    expect(page.locator("#legal_basis")).to_have_value("поручение от 3 марта")
    expect(page.locator("#mode")).to_have_value("partial")
    visitor.complaints.clear()  # the browser notes the refusal's status


def test_a_trace_is_drawn_after_a_second_person_agreed(town: Any, visitor: Any) -> None:
    way = (
        ("mkad-23", 200),
        ("kutuzovsky", 165),
        ("leningradka", 140),
        ("tverskaya", 60),
        ("mkad-23", 59),
        ("vdnh", 20),
    )
    drive(town, "A123BC77", *way)
    page = visitor.log_in("sergeant", "/police/search?kind=trace")
    fill_grounds(page)
    page.fill("#plate", "A123BC77")
    page.click("main form.card button")
    expect(page.locator(".note")).to_contain_text("второй человек")
    address = page.url
    assert page.locator("svg").count() == 0
    page = log_in_as(visitor, "investigator", "/police/search")
    picture(page, "search-waiting")
    page.click("button.good")
    page.wait_for_url(f"{town.url}/police/search")
    page = log_in_as(visitor, "sergeant", "/police/search")
    page.goto(address)
    expect(page.locator("svg .seen")).to_have_count(5)
    expect(page.locator("svg path.leg")).to_have_count(5)
    expect(page.locator("svg path.leg.bad")).to_have_count(1)
    expect(page.locator("svg .scale")).to_contain_text("км")
    expect(page.locator("tbody tr")).to_have_count(6)
    expect(page.locator("tbody")).to_contain_text("двойник")
    picture(page, "trace")


def test_company_and_several_places_have_their_forms(town: Any, visitor: Any) -> None:
    for day in range(6):
        start = 1440 * day + 120
        drive(town, "A123BC77", ("tverskaya", start), ("vdnh", start - 20))
        drive(town, "E555EE77", ("tverskaya", start - 0.2), ("vdnh", start - 20.2))
    page = visitor.log_in("sergeant", "/police/search?kind=convoy")
    check_labels(page)
    fill_grounds(page)
    page.fill("#plate", "A123BC77")
    week_ago = datetime.fromisoformat(page.input_value("#until")) - timedelta(days=6.5)
    page.fill("#since", week_ago.strftime("%Y-%m-%dT%H:%M"))
    page.click("main form.card button")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Вероятно")
    picture(page, "convoy")
    page.goto(f"{town.url}/police/search?kind=stake_out")
    check_labels(page)
    fill_grounds(page)
    now = datetime.fromisoformat(week_ago.isoformat()) + timedelta(days=6.5)
    for number, site_id in enumerate(("tverskaya", "vdnh")):
        page.select_option(f"#site_id_{number}", site_id)
        page.fill(f"#place_since_{number}", (now - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M"))
        page.fill(f"#place_until_{number}", now.strftime("%Y-%m-%dT%H:%M"))
    picture(page, "stake-out-form")
    page.click("main form.card button")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("2. Проспект Мира, 119")
    picture(page, "stake-out")


def test_a_clone_is_shown_and_decided(town: Any, visitor: Any) -> None:
    drive(town, "A123BC77", ("mkad-23", 10), ("leningradka", 8))
    find_clones(town.node)
    page = visitor.log_in("sergeant", "/police/clones")
    check_labels(page)
    expect(page.locator("article .badge")).to_have_text("Открыто")
    picture(page, "clones")
    page.fill("article input[name=reason]", "две разные машины на снимках")
    page.click("article button.bad")
    expect(page.locator("article .badge")).to_have_text("Подтверждено")
    expect(page.locator("article")).to_contain_text("две разные машины")


def test_the_auditor_reads_the_book_and_nothing_else(town: Any, visitor: Any) -> None:
    drive(town, "A123BC77", ("tverskaya", 30))
    page = visitor.log_in("sergeant", "/police/search")
    for plate in ("A123BC77", "B456OP99"):
        page.goto(f"{town.url}/police/search")
        fill_grounds(page)
        page.fill("#plate", plate)
        page.click("main form.card button")
        page.wait_for_url("**/police/search/*")
    page = log_in_as(visitor, "auditor", "/auditor")
    check_labels(page)
    expect(page.locator("main .card.flush tbody tr")).to_have_count(2)
    picture(page, "auditor")
    page.fill("#plate", "а123вс77")
    page.click("main form.card button")
    expect(page.locator("main .card.flush tbody tr")).to_have_count(1)
    page.goto(f"{town.url}/auditor?lang=en")
    expect(page.locator("h1")).to_have_text("Searches")
    page.goto(f"{town.url}/police/search")
    expect(page.locator("h1")).not_to_have_text("Search")
    visitor.complaints.clear()  # the browser notes the refusal's status
