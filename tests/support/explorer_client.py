"""The explorer's application, asked in this process."""

from dataclasses import dataclass, field

from starlette.testclient import TestClient

from lockstep.explorer import Access, Desk, Place, StoredNames, make_app

__all__ = ["HOST", "Client", "client_of"]

HOST = "127.0.0.1:8765"


@dataclass
class Client:
    """A browser that has opened the page, and the tokens that the server announced."""

    http: TestClient
    desk: Desk
    access: Access
    tokens: list[str] = field(default_factory=list)

    def json(self, path: str, **query: object) -> object:
        """An answer that must be there."""
        answer = self.http.get(f"/api{path}", params=query)
        assert answer.status_code == 200, answer.text
        assert len(answer.content) <= 2 << 20
        return answer.json()

    def fault(self, path: str, **query: object) -> tuple[int, dict[str, str]]:
        """Status of an answer that must fail, and what it says."""
        answer = self.http.get(f"/api{path}", params=query)
        assert answer.status_code >= 400
        return answer.status_code, answer.json()["error"]

    @property
    def csrf(self) -> dict[str, str]:
        """Headers of a page of this server that sends something."""
        token = self.json("/meta")["csrf"]
        return {"X-CSRF-Token": token, "Origin": f"http://{HOST}"}


def client_of(
    place, *, users=None, key=None, signed_in: bool = True, tls: bool = False, clock=None, **desk
) -> Client:
    """A server on a place's store and runs, and a browser in front of it."""
    tokens: list[str] = []
    opened = Desk(StoredNames(place.folder / "store", key=key), place.runs, **desk)
    more = {} if clock is None else {"clock": clock}
    access = Access(users, tokens.append, **more)
    scheme = "https" if tls else "http"
    app = make_app(opened, access, Place(frozenset({HOST}), tls=tls))
    http = TestClient(
        app, base_url=f"{scheme}://{HOST}", follow_redirects=False, raise_server_exceptions=False
    )
    client = Client(http, opened, access, tokens)
    if signed_in:
        assert http.get("/", params={"token": tokens[-1]}).status_code == 303
    return client
