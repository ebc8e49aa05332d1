"""One person at one region's HTTP interface: what the demo's officer, policeman and citizen press."""

from typing import Any, Self

import httpx2

from deploy.demo.errors import DemoError

_TIMEOUT_S = 30.0


class RegionClient:
    """A log-in at a region; every answer that is not a success is an error that names the request."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = httpx2.Client(base_url=base_url, timeout=_TIMEOUT_S, trust_env=False)

    def log_in(self, username: str, password: str) -> Self:
        """Open a session of a member of staff."""
        return self._use(self.post("/v1/sessions", {"username": username, "password": password}))

    def look_up(self, plate: str, certificate_number: str) -> Self:
        """Open a citizen's session by plate and registration certificate."""
        body = {"plate": plate, "certificate_number": certificate_number}
        return self._use(self.post("/v1/citizen/sessions", body))

    def get(self, path: str, **query: Any) -> Any:
        """Read one JSON answer."""
        return self._send("GET", path, params=query).json()

    def read(self, path: str) -> bytes:
        """Read a page, picture or document."""
        return self._send("GET", path).content

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one command."""
        answer = self._send("POST", path, json=body if body is not None else {})
        return answer.json() if answer.content else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _use(self, session: dict[str, Any]) -> Self:
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        return self

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx2.HTTPError as error:
            raise DemoError(f"{method} {self.base_url}{path}: {error}", code="demo.no_answer") from error
        if not answer.is_success:
            raise DemoError(
                f"{method} {self.base_url}{path} answered {answer.status_code}: {answer.text[:500]}",
                hint="read the logs of that region in the demo's folder",
                code="demo.refused",
            )
        return answer


def does_answer(url: str) -> bool:
    """Tell whether a page is served there."""
    try:
        return bool(httpx2.get(url, timeout=2.0, trust_env=False).is_success)
    except httpx2.HTTPError:
        return False
