"""The lists as two police users and the road use them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from recognition.contracts import MatchPolicy

EVIL = "<script>window.xss=1</script><img src=x onerror='window.xss=1'>\"'"


def _check_accessible(page: Page) -> None:
    assert page.locator("h1").count() == 1
    for control in page.locator("input:not([type=hidden]), select, textarea").all():
        identifier = control.get_attribute("id")
        assert page.locator(f"label[for='{identifier}']").count() == 1, identifier
    for button in page.locator("button").all():
        assert button.inner_text().strip()


def _propose(page: Page, plate: str, description: str = "") -> None:
    page.fill("#plate", plate)
    page.fill("#description", description)
    page.fill("#legal_basis", "case 7")
    page.click("#propose button")


def _change_over(visitor: Any, username: str, path: str) -> Page:
    """One log-out, another logs in at the same browser."""
    visitor.page.click("header form button")
    page: Page = visitor.log_in(username, path)
    return page


def test_one_proposes_and_another_approves(visitor: Any) -> None:
    page = visitor.log_in("sergeant", "/police/hotlist")
    _check_accessible(page)
    expect(page.locator("#lists tbody tr")).to_have_count(6)
    _propose(page, "О567%")
    expect(page.locator("[role=alert]")).to_contain_text("whole plate")
    visitor.complaints.clear()  # the browser notes the 422
    _propose(page, "О567АМ76", EVIL)
    expect(page.locator("[role=status]")).to_contain_text("согласует коллега")
    row = page.locator("#entries tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("<img src=x")
    expect(row.locator(".entry-proposed")).to_be_visible()
    expect(page.locator("#waiting")).to_have_count(0)

    page = _change_over(visitor, "corporal", "/police/hotlist")
    card = page.locator("#waiting article")
    expect(card).to_contain_text("police:sergeant")
    expect(card).to_contain_text("<script>window.xss=1</script>")
    _check_accessible(page)
    card.get_by_role("button", name="Согласовать").click()
    expect(page.locator("[role=status]")).to_contain_text("действует")
    expect(page.locator("#entries .entry-in_force")).to_be_visible()
    expect(page.locator("#entries tbody")).to_contain_text("police:corporal")
    page.get_by_role("button", name="Снять").click()
    expect(page.locator("#entries .entry-withdrawn")).to_be_visible()


def test_an_urgent_entry_calls_at_once(visitor: Any) -> None:
    page = visitor.log_in("sergeant", "/police/hotlist")
    page.check("#urgent")
    _propose(page, visitor.world.plate.plate)
    expect(page.locator("#entries .entry-urgent")).to_be_visible()
    visitor.world.drive_past()
    visitor.go("/police")
    expect(page.locator("#wall article.hit.new")).to_have_count(1)
    page = _change_over(visitor, "corporal", "/police/hotlist")
    page.locator("#waiting").get_by_role("button", name="Отклонить").click()
    expect(page.locator("#entries .entry-withdrawn")).to_be_visible()


def test_a_misread_comes_apart_and_shows_what_differs(visitor: Any) -> None:
    visitor.world.list_stolen(EVIL, match_policy=MatchPolicy.CONFUSABLE)
    page = visitor.log_in("sergeant", "/police")
    expect(page.locator("#live.live")).to_be_visible()
    expect(page.locator("#possible")).to_be_hidden()
    visitor.world.drive_past("A128BC77")
    card = page.locator("#possible article.hit.possible")
    expect(card).to_have_count(1)
    expect(page.locator("#wall article")).to_have_count(0)
    assert card.locator("mark").all_inner_texts() == ["3", "8"]
    card.get_by_role("link", name="Сравнить").click()
    _check_accessible(page)
    expect(page.locator("#reasons tr")).to_have_count(6)
    expect(page.locator(".versus")).to_contain_text("<script>window.xss=1</script>")
    assert page.locator(".versus mark").all_inner_texts() == ["8", "3"]
    page.fill("#note", "eight, not three")
    page.get_by_role("button", name="Другой номер").click()
    page.locator("table .badge.wrong_plate").wait_for()
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="Действий не было").click()
    expect(page.locator("main")).to_contain_text("police:sergeant")
    visitor.world.drive_past("A128BC77")
    visitor.go("/police")
    expect(page.locator("#possible")).to_be_hidden()
    expect(page.locator("table .badge.cleared")).to_have_count(1)


def test_a_list_shows_what_is_stale(visitor: Any) -> None:
    visitor.world.list_stolen()
    with visitor.world.node.database.begin() as session:
        connection = session.connection().connection.driver_connection
        connection.execute("UPDATE hotlists SET confirm_every_days = 1 WHERE code = 'stolen'")
        connection.execute(
            "UPDATE hotlist_entries SET confirmed_at = confirmed_at - interval '2 days', "
            "record = jsonb_set(record, '{confirmed_at}', to_jsonb(confirmed_at - interval '2 days'))"
        )
    page = visitor.log_in("sergeant", "/police/hotlists/stolen")
    _check_accessible(page)
    expect(page.locator("#stale")).to_have_text("устарело 1 из 1")
    expect(page.locator("#entries .entry-stale")).to_be_visible()
    page.locator(".tabs a").nth(1).click()
    expect(page.locator("#entries")).to_have_count(0)
    page.locator(".tabs a").nth(2).click()
    expect(page.locator("#entries tbody tr")).to_have_count(1)


def test_a_file_is_checked_put_before_a_colleague_and_applied(visitor: Any, tmp_path: Path) -> None:
    until = (visitor.world.node.clock.now() + timedelta(days=60)).date().isoformat()
    path = tmp_path / "list.csv"
    path.write_text(
        "plate;plate_region;description;legal_basis;valid_until;source_id\n"
        f"О567АМ76;ru;white van;case 1;{until};S-1\nЖ567АМ76;ru;{EVIL};case 2;{until};<b>S-2</b>\n",
        encoding="utf-8",
    )
    page = visitor.log_in("sergeant", "/police/hotlists/stolen/import")
    _check_accessible(page)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Только проверить").click()
    expect(page.locator("#report .count.added b")).to_have_text("1")
    expect(page.locator("#report .count.rejected b")).to_have_text("1")
    expect(page.locator("#report tbody")).to_contain_text("<b>S-2</b>")
    _check_accessible(page)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Передать коллеге").click()
    expect(page.locator("#report .import-waiting")).to_be_visible()
    expect(page.get_by_role("button", name="Согласовать")).to_have_count(0)
    page = _change_over(visitor, "corporal", "/police/hotlist")
    page.get_by_role("link", name="Посмотреть и решить").click()
    page.get_by_role("button", name="Согласовать").click()
    expect(page.locator("#report .import-approved")).to_be_visible()
    visitor.world.apply_imports()
    page = visitor.go("/police/hotlists/stolen")
    expect(page.locator("#entries tbody tr")).to_have_count(1)
    expect(page.locator(".import-done")).to_be_visible()


def test_the_worth_of_hits_is_told_with_its_interval(visitor: Any) -> None:
    visitor.world.list_stolen()
    visitor.world.drive_past()
    visitor.world.drive_past()
    page = visitor.log_in("sergeant", "/police")
    page.get_by_role("button", name="Это он").first.click()
    page.locator("table .badge.correct").wait_for()
    page.click("header nav a[href='/police/precision']")
    _check_accessible(page)
    expect(page.locator("table").first).to_contain_text("100 %")
    expect(page.locator("table").first).to_contain_text("21–100 %")
    expect(page.locator("table").nth(1)).to_contain_text("test-road / cam-1")


def test_a_phone_needs_no_sideways_scrolling(visitor: Any) -> None:
    visitor.world.list_stolen(match_policy=MatchPolicy.CONFUSABLE)
    visitor.world.drive_past("A128BC77")
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    page = visitor.log_in("sergeant", "/police")
    paths = ("/police", "/police/hits/1", "/police/hotlist", "/police/hotlists/stolen",
             "/police/hotlists/stolen/import", "/police/precision")  # fmt: skip
    for path in paths:
        visitor.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
