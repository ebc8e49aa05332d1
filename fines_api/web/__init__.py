"""Pages for people: landing, police, officer, citizen.  Server-rendered, no framework; they call services only."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from fines_api.jurisdictions import load_law
from fines_api.node import Node
from fines_api.web import auditor, citizen, hotlists, officer, police, public, search
from fines_api.web.rendering import render_error_page

__all__ = ["install", "router"]

router = APIRouter(include_in_schema=False)
for _part in (public, police, hotlists, search, officer, citizen, auditor):
    router.include_router(_part.router)


class _StaticFiles(StaticFiles):
    """Style sheet, mark and script: the only things a browser may keep."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


def install(app: FastAPI) -> None:
    """Mount the static files and the error page, and refuse to start with law in doubt.

    Raises:
        ConfigurationError: the law files of the node's jurisdiction are wrong.
    """
    node: Node = app.state.node
    load_law(node.settings.jurisdiction)
    app.mount("/static", _StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.state.render_error_page = render_error_page
