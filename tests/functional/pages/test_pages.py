"""The pages as people use them."""

from typing import Any

from playwright.sync_api import Page, expect

CERTIFICATE = "77 12 345678"
EVIL = "<script>window.xss=1</script><img src=x onerror='window.xss=1'>\"'"


def _check_accessible(page: Page) -> None:
    """What a screen reader needs: a language, one heading, a name for every control and picture."""
    assert page.get_attribute("html", "lang") in {"ru", "en"}
    assert page.locator("h1").count() == 1
    assert page.title().strip(" ·")
    for control in page.locator("input:not([type=hidden]), select, textarea").all():
        identifier = control.get_attribute("id")
        assert page.locator(f"label[for='{identifier}']").count() == 1, identifier
    for button in page.locator("button").all():
        assert button.inner_text().strip()
    assert all(image.get_attribute("alt") is not None for image in page.locator("img").all())


def _check_pictures_load(page: Page) -> None:
    page.wait_for_function("Array.from(document.images).every(i => i.loading === 'lazy' || i.complete)")
    for image in page.locator("main img").all():
        image.scroll_into_view_if_needed()
        page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=image.element_handle())


def test_landing_leads_to_three_doors_in_two_languages(visitor: Any) -> None:
    page = visitor.go("/")
    _check_accessible(page)
    assert [link.get_attribute("href") for link in page.locator("a.door").all()] == ["/citizen", "/police", "/officer"]
    page.click(".top-end a[hreflang=en]")
    expect(page.locator("h1")).to_contain_text("A person decides")
    page.goto(visitor.world.url + "/citizen")
    expect(page.locator("h1")).to_have_text("Check my fines")
    _check_accessible(page)


def test_log_in_refuses_and_then_lets_in_where_one_was_heading(visitor: Any) -> None:
    page = visitor.go("/officer")
    assert page.url.endswith("/login?next=%2Fofficer")
    _check_accessible(page)
    page.fill("#username", "petrova")
    page.fill("#password", "wrong")
    page.click("main button")
    expect(page.locator("[role=alert]")).to_be_visible()
    visitor.complaints.clear()  # the browser notes the 401 of the wrong password
    page.fill("#password", "a long enough password")
    page.click("main button")
    page.wait_for_url(visitor.world.url + "/officer")
    page.click("header form button")
    page.wait_for_url(visitor.world.url + "/")
    assert visitor.go("/officer").url.endswith("/login?next=%2Fofficer")


def test_log_in_never_sends_people_to_another_site(visitor: Any) -> None:
    page = visitor.go("/login?next=//evil.example/")
    assert page.locator("input[name=next]").get_attribute("value") == ""
    assert visitor.go("/login?next=/\\evil.example").locator("input[name=next]").get_attribute("value") == ""


def test_a_role_does_not_see_another_roles_pages(visitor: Any) -> None:
    page = visitor.log_in("sergeant", "/police")
    answer = page.goto(visitor.world.url + "/officer")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("Сюда нет доступа")
    visitor.complaints.clear()  # the browser notes the 403


def test_the_wall_shows_a_hit_the_moment_it_happens_and_takes_the_verdict(visitor: Any) -> None:
    visitor.world.list_stolen(EVIL)
    page = visitor.log_in("sergeant", "/police")
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#live.live")).to_be_visible()
    visitor.world.drive_past()
    card = page.locator("article.hit")
    expect(card).to_have_count(1)
    # D1: plate crop, vehicle, list and register side by side; only a possible match until the verdict.
    expect(card.locator(".badge.new")).to_have_text("Возможное совпадение")
    expect(card.locator(".compare")).to_contain_text("Lada Vesta, белый")
    expect(card.locator(".compare")).to_contain_text("<script>window.xss=1</script>")
    expect(card.locator(".plate")).to_contain_text("А123ВС")
    assert card.locator("img").count() == 2
    _check_pictures_load(page)
    _check_accessible(page)
    card.get_by_role("button", name="Другой автомобиль").click()
    expect(page.locator("article.hit")).to_have_count(0)
    expect(page.locator("table .badge.wrong_vehicle")).to_be_visible()


def test_the_wall_works_without_javascript(plain_visitor: Any) -> None:
    plain_visitor.world.list_stolen()
    plain_visitor.world.drive_past()
    page = plain_visitor.log_in("sergeant", "/police")
    expect(page.locator("article.hit")).to_have_count(1)
    page.get_by_role("button", name="Это он").click()
    expect(page.locator("table .badge.correct")).to_be_visible()


def test_the_officer_sees_the_raw_crop_first_and_decides(visitor: Any) -> None:
    refused, approved = visitor.world.speed_past(), visitor.world.speed_past()
    page = visitor.log_in("petrova", "/officer")
    expect(page.locator("tbody tr")).to_have_count(2)
    _check_accessible(page)
    page.click(f"a[href='/officer/cases/{refused}']")
    _check_accessible(page)
    # D14: the machine's opinion is folded away until the officer has looked.
    expect(page.locator("section.card").first.locator("img")).to_be_visible()
    expect(page.locator("details .plate")).not_to_be_visible()
    page.click("details summary >> nth=0")
    expect(page.locator("details .plate")).to_be_visible()
    expect(page.locator(".speed")).to_contain_text("97,4")
    expect(page.locator(".speed")).to_contain_text("1,9")
    assert page.locator(".gates .ok").count() == 9
    page.wait_for_function("document.querySelector('video').readyState >= 1")
    page.click("details summary >> nth=1")
    expect(page.locator("svg.track polyline")).to_be_visible()
    _check_pictures_load(page)
    page.fill("#reason", EVIL)
    page.get_by_role("button", name="Отклонить").click()
    page.wait_for_url(visitor.world.url + "/officer")
    expect(visitor.go(f"/officer/cases/{refused}").locator("main")).to_contain_text("<script>window.xss=1</script>")
    page.goto(f"{visitor.world.url}/officer/cases/{approved}")
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.locator(".note.good")).to_contain_text("УИН 18810107")
    assert page.locator("form[action$=approval]").count() == 0


def test_two_officers_decide_and_the_second_sees_no_answer_of_the_first(visitor: Any) -> None:
    case = visitor.world.speed_past(reviewers=2)
    path = f"/officer/cases/{case}"
    page = visitor.log_in("petrova", path)
    expect(page.locator("#two-officers")).to_contain_text("Нужны двое сотрудников")
    _check_accessible(page)
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.locator("#waiting")).to_contain_text("первое из двух подтверждений")
    _check_accessible(page)
    assert page.locator("main form").count() == 0
    page.context.clear_cookies()
    page = visitor.log_in("sidorov", path)
    expect(page.locator("#two-officers")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("petrova")
    expect(page.locator("#waiting")).to_have_count(0)
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.locator(".note.good")).to_contain_text("УИН 18810107")
    expect(page.locator("main")).to_contain_text("petrova")
    expect(page.locator("main")).to_contain_text("sidorov")


def test_the_citizen_checks_everything_pays_and_downloads(visitor: Any) -> None:
    case_id = visitor.world.speed_past()
    page = visitor.log_in("petrova", f"/officer/cases/{case_id}")
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.locator(".note.good")).to_be_visible()
    page.wait_for_load_state("networkidle")  # pictures still on their way would be asked for by nobody
    page.context.clear_cookies()
    visitor.world.set_documents()
    page = visitor.look_up("а123вс 77", CERTIFICATE)
    page.wait_for_url(visitor.world.url + "/citizen/decrees")
    _check_accessible(page)
    page.click("tbody a")
    _check_accessible(page)
    _check_pictures_load(page)
    main = page.locator("main")
    for text in ("97,4", "±1,9", "Постановление учитывает 95 км/ч", "МКАД, 23-й км", "С-ВЯ/01-09-2026/1",
                 "ст. 12.9 ч. 2", "490-ФЗ", "Как обжаловать", "562,50"):  # fmt: skip
        expect(main).to_contain_text(text)
    page.wait_for_function("document.querySelector('video').readyState >= 1")
    href = page.get_by_role("link", name="PDF").get_attribute("href")
    pdf = page.request.get(visitor.world.url + str(href))
    assert pdf.body().startswith(b"%PDF-")
    package = page.request.get(visitor.world.url + str(page.get_by_role("link", name="ZIP").get_attribute("href")))
    assert package.body().startswith(b"PK")
    page.get_by_role("button", name="Оплатить").click()
    expect(page.locator(".note.demo")).to_contain_text("учебная касса")
    _check_accessible(page)
    page.get_by_role("button", name="понарошку").click()
    expect(page.locator(".note.good")).to_contain_text("Оплачено 562,50")
    expect(page.locator(".badge.paid")).to_be_visible()


def test_a_wrong_certificate_and_an_unknown_car_look_the_same(visitor: Any) -> None:
    wrong = visitor.look_up("A123BC77", "00 00 000000").locator("main").inner_text()
    unknown = visitor.look_up("X999XX99", CERTIFICATE).locator("main").inner_text()
    assert wrong == unknown
    expect(visitor.page.locator("[role=alert]")).to_be_visible()
    visitor.complaints.clear()  # the browser notes the 401s


def test_a_phone_needs_no_sideways_scrolling(visitor: Any) -> None:
    case_id = visitor.world.speed_past()
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/citizen", "/login"):
        page = visitor.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page = visitor.log_in("petrova", f"/officer/cases/{case_id}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_unknown_page_says_so_kindly(visitor: Any) -> None:
    page = visitor.go("/nothing/here")
    expect(page.locator("h1")).to_have_text("Такой страницы нет")
    _check_accessible(page)
    visitor.complaints.clear()  # the browser notes the 404
