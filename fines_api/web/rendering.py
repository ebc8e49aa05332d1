"""Templates, language and the words on every page.  Autoescape is on; a missing name or text is an error."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fines_api.decrees.document import TEXTS as DECREE_TEXTS
from fines_api.hotlists.entry_view import display_listed
from fines_api.identity.schemas import Principal, Role
from fines_api.kit.i18n import LANGUAGES, Catalogue, load_catalogue
from fines_api.kit.money import Money
from fines_api.node import Node
from recognition.contracts import PlateKey

_FOLDER = Path(__file__).parent
_LANGUAGE_COOKIE = "rubezh_lang"
_YEAR_S = 365 * 24 * 3600
_KNOWN_ERRORS = {401, 403, 404, 409, 422, 429, 503}
HOME_OF = {
    Role.POLICE: "/police",
    Role.OFFICER: "/officer",
    Role.CITIZEN: "/citizen/decrees",
    Role.ADMINISTRATOR: "/",
    Role.AUDITOR: "/auditor",
    Role.DEVICE: "/",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["money"] = lambda minor, currency: str(Money(minor, currency))
    environment.globals["plate_parts"] = plate_parts
    return environment


def plate_parts(key: PlateKey) -> tuple[list[tuple[str, str]], str]:
    """Split a plate for its badge: runs of letters ``l`` and digits ``d``, and the regional code ("" = none)."""
    shown, _, code = display_listed(key).partition(" ") if key.plate_region == "ru" else (display_listed(key), "", "")
    if " " in code:
        shown, code = display_listed(key).rsplit(" ", 1)
    runs: list[tuple[str, str]] = []
    for mark in shown:
        kind = "d" if mark.isdigit() else "l"
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + mark)
        else:
            runs.append((kind, mark))
    return runs, code


def words(language: str) -> Catalogue:
    """Return every text of the pages in a language."""
    return load_catalogue(language, (DECREE_TEXTS, _FOLDER / "texts"))


def language_of(request: Request) -> str:
    """Return the language asked for by ``?lang=``, else by the cookie, else Russian."""
    for asked in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if asked in LANGUAGES:
            return asked
    return LANGUAGES[0]


def page(
    request: Request,
    node: Node,
    template: str,
    user: Principal | None,
    *,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """Render one page."""
    language = language_of(request)
    texts = words(language)
    timezone = node.settings.timezone

    def moment(at: datetime) -> str:
        return texts.moment(at, timezone)

    common: Mapping[str, Any] = {
        "t": texts.text,
        "words": texts,
        "date": texts.date,
        "moment": moment,
        "language": language,
        "other": next(each for each in LANGUAGES if each != language),
        "user": user,
        "csrf": user.csrf_token if user else "",
        "region": node.settings.region,
        "path": request.url.path,
        "is_get": request.method == "GET",
    }
    body = _environment().get_template(template).render({**common, **context})
    response = HTMLResponse(body, status_code=status)
    if request.query_params.get("lang") == language:
        response.set_cookie(
            _LANGUAGE_COOKIE,
            language,
            max_age=_YEAR_S,
            secure=node.settings.is_cookie_secure,
            httponly=True,
            samesite="lax",
        )
    return response


def render_error_page(request: Request, status: int, code: str, detail: str, hint: str) -> Response:
    """Tell a person what went wrong and what to do, without internals."""
    known = status if status in _KNOWN_ERRORS else 500
    context = {"status_key": known, "code": code, "detail": detail, "hint": hint}
    return page(request, request.app.state.node, "error.html", None, status=status, **context)
