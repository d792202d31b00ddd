"""What must not get through to the explorer, and what must not come out of it."""

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from support.explorer_client import HOST, client_of
from support.explorer_place import make_explorer_place
from support.hostile import HOSTILE

from lockstep.errors import ConfigError
from lockstep.explorer import guard, load_users
from lockstep.explorer.access import SESSION_S, TOKEN_S, Pace, User

API = "/api/runs"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return make_explorer_place(tmp_path_factory.mktemp("explorer"))


@pytest.fixture
def client(place):
    return client_of(place)


def users(**roles):
    return [
        User(name=name, role=role, token_sha256=hashlib.sha256(name.encode()).hexdigest())
        for name, role in roles.items()
    ]


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


# Who may come in.


def test_without_a_session_nothing_is_told(place):
    client = client_of(place, signed_in=False)
    for path in ("/", "/r/latest/clusters", "/assets/x.js", API, "/api/openapi.json", "/login2"):
        answer = client.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 401
        assert place.earlier not in answer.text
    page = client.http.get("/", headers={"Accept": "text/html"})
    assert "lockstep explore" in page.text  # where to get in


def test_a_token_opens_one_session_and_leaves_the_address(place):
    client = client_of(place, signed_in=False)
    token = client.tokens[-1]
    assert client.http.get("/r/x/c/C-0001?token=wrong&t=1").status_code == 401
    answer = client.http.get(f"/r/x/c/C-0001?t=1..2&token={token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/r/x/c/C-0001?t=1..2"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in cookie
    assert client.http.get(API).status_code == 200
    other = client_of(place, signed_in=False)
    again = client.http.get(f"/?token={token}", headers={"Cookie": ""})
    assert again.status_code == 401  # spent
    assert len(client.tokens) == 2  # the next one was announced
    assert other.http.get(f"/?token={client.tokens[-1]}").status_code == 401  # of another server


def test_an_address_means_the_same_after_signing_in(place):
    client = client_of(place, signed_in=False)
    query = {"a": "x&y=z", "b": "\N{GRINNING FACE} \N{LATIN SMALL LETTER E WITH ACUTE}"}
    answer = client.http.get("/r/caf\N{LATIN SMALL LETTER E WITH ACUTE}/edge",
                             params={**query, "token": client.tokens[-1]})  # fmt: skip
    parts = urlsplit(answer.headers["location"])
    assert unquote(parts.path) == "/r/caf\N{LATIN SMALL LETTER E WITH ACUTE}/edge"
    assert dict(parse_qsl(parts.query)) == query


def test_the_cookie_is_for_tls_alone_behind_a_proxy(place):
    client = client_of(place, signed_in=False, tls=True)
    answer = client.http.get(f"/?token={client.tokens[-1]}")
    assert "; Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "/%0d%0aSet-Cookie:a=b"])
def test_signing_in_leads_to_no_other_place(place, path):
    client = client_of(place, signed_in=False)
    answer = client.http.get(f"http://{HOST}{path}?token={client.tokens[-1]}")
    location = answer.headers.get("location", "/")
    assert re.match(r"/(?![/\\])", location)
    assert "\r" not in location


def test_tokens_and_sessions_end(place):
    clock = Clock()
    client = client_of(place, signed_in=False, clock=clock)
    clock.now += TOKEN_S + 1
    assert client.http.get(f"/?token={client.tokens[-1]}").status_code == 401
    fresh = client_of(place, clock=clock)
    assert fresh.http.get(API).status_code == 200
    clock.now += SESSION_S + 1
    assert fresh.http.get(API).status_code == 401


def test_signing_out_ends_the_session_and_not_the_cookie_alone(client):
    cookie = dict(client.http.cookies)
    assert client.http.post("/logout", headers=client.csrf).status_code == 204
    client.http.cookies.update(cookie)
    assert client.http.get(API).status_code == 401


def test_a_session_is_never_taken_from_the_request(place):
    client = client_of(place, signed_in=False)
    client.http.cookies.set("lockstep_session", "chosen-by-somebody")
    client.http.get(f"/?token={client.tokens[-1]}")
    names = [c.value for c in client.http.cookies.jar if c.name == "lockstep_session"]
    assert client.access.find("chosen-by-somebody") is None
    assert any(client.access.find(name) for name in names)


def test_guessing_is_slowed_down(place):
    client = client_of(place, signed_in=False)
    codes = [client.http.get("/?token=guess").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    assert client.http.get(f"/?token={client.tokens[-1]}").status_code == 429


def test_users_sign_in_with_tokens_of_their_own(place):
    client = client_of(place, users=users(ana="analyst", vic="viewer"), signed_in=False)
    assert client.tokens == []
    page = client.http.get("/login")
    assert "<form" in page.text
    origin = {"Origin": f"http://{HOST}"}
    assert client.http.post("/login", data={"token": "bob"}, headers=origin).status_code == 401
    answer = client.http.post("/login", data={"token": "ana"}, headers=origin)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.json("/meta")["user"] == "ana"
    assert client.json("/meta")["role"] == "analyst"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "users"),
        ('[[users]]\nname = "a"\nrole = "king"\ntoken_sha256 = "00"', "role"),
        ('[[users]]\nname = "a"\nrole = "lead"\ntoken_sha256 = "00"', "token_sha256"),
        ('[[users]]\nname = "a"\nrole = "lead"\ntoken = "x"', "token"),
        ("[[users", "mend"),
    ],
)
def test_a_users_file_that_cannot_be_followed_is_told(tmp_path, text, said):
    file = tmp_path / "users.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_users(file)


# What the browser may be made to do.


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:1", "[::1]:8765", ""]
)
def test_another_host_is_refused(client, host):
    answer = client.http.get(API, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.json()["error"]["next"]


def test_two_hosts_are_refused(client):
    answer = client.http.get(API, headers=[("Host", HOST), ("Host", "evil.example")])
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://{HOST}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_other_sites_send_nothing(client, headers):
    csrf = client.csrf["X-CSRF-Token"]
    for form in ({"json": {"accounts": []}}, {"data": {"accounts": "x"}}):
        answer = client.http.post(
            f"{API}/latest/clusters/C-0001/takedown",
            headers={**headers, "X-CSRF-Token": csrf},
            **form,
        )
        assert answer.status_code == 403


def test_other_sites_read_nothing(client):
    assert client.http.get(API, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    preflight = client.http.options(
        API, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    )
    assert preflight.status_code >= 400
    answer = client.http.get(API)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("token", [None, "", "wrong", "\N{GRINNING FACE}".encode()])
def test_whatever_sends_needs_the_sessions_own_token(client, place, token):
    headers = {"Origin": f"http://{HOST}"}
    if token is not None:
        headers["X-CSRF-Token"] = token
    path = f"{API}/latest/clusters/C-0001/takedown"
    assert client.http.post(path, json={"accounts": []}, headers=headers).status_code == 403
    other = client_of(place)
    theirs = other.csrf
    assert client.http.post(path, json={"accounts": []}, headers=theirs).status_code == 403
    assert client.http.post(path, json={"accounts": []}, headers=client.csrf).status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", API, "/api/nowhere", "/r/x?token=wrong"])
def test_every_answer_is_locked_down(client, path):
    headers = client.http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 12


# What comes in and goes out.


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fapp.py", "/assets/%00",
     "//etc/passwd", "/login.css/../app.py", "/" + "a" * 5000],
)  # fmt: skip
def test_no_path_of_a_request_is_opened(client, path):
    index = client.http.get("/").content
    answer = client.http.get(f"http://{HOST}{path}")
    assert answer.content in (index, b"") or answer.status_code >= 400
    assert b"root:" not in answer.content
    assert b"import" not in answer.content


def test_runs_are_found_by_listing_and_not_by_path(client, place):
    (place.runs / "sly").symlink_to(place.runs / place.earlier)
    (place.runs / ".hidden").symlink_to(place.runs / place.earlier)
    for name in ("sly", ".hidden", "%2e%2e", "..%2fstore", f"{place.earlier}%2f", "%00", "x" * 300):
        assert client.http.get(f"{API}/{name}").status_code == 404
    assert {row["run_id"] for row in client.json("/runs")} & {"sly", ".hidden"} == set()


def test_hostile_names_are_answered_as_data(client):
    for name in HOSTILE:
        answer = client.http.get(f"{API}/latest/account", params={"id": name})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["account_id"] == name


def test_faults_show_nothing_of_the_inside(client, monkeypatch):
    from lockstep.explorer import night_answers

    monkeypatch.setattr(night_answers, "run_rows", lambda *_: 1 / 0)
    answer = client.http.get(API)
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_what_is_too_large_is_refused(client):
    path = f"{API}/latest/clusters/C-0001/takedown"
    body = b'{"accounts": ["' + b"x" * (1 << 20) + b'"]}'
    headers = {**client.csrf, "Content-Type": "application/json"}
    assert client.http.post(path, content=body, headers=headers).status_code == 413

    def endless():
        for _ in range(40):
            yield b"x" * 65_536

    assert client.http.post(path, content=endless(), headers=headers).status_code == 413
    assert client.http.get(API, headers={"Content-Length": "-1"}).status_code == 413
    many = {f"x-{i}": "1" for i in range(120)}
    assert client.http.get(API, headers=many).status_code == 431
    assert client.http.get(f"{API}/latest/account", params={"id": "x" * 5000}).status_code == 422
    assert client.http.get(f"{API}/latest/clusters", params={"limit": 10**9}).status_code == 422
    deep = b"[" * 100_000
    assert client.http.post(path, content=deep, headers=headers).status_code == 400


def test_too_many_requests_are_told_to_wait(place, monkeypatch):
    monkeypatch.setattr(guard, "_CALLS", 5)
    client = client_of(place)
    codes = [client.http.get("/login2").status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2


def test_a_pace_forgets_what_is_long_ago():
    clock = Clock()
    pace = Pace(2, 10.0, clock)
    assert [pace.allows("a"), pace.allows("a"), pace.allows("a")] == [True, True, False]
    assert pace.allows("b")
    clock.now += 10.0
    assert pace.allows("a")


def test_only_what_is_meant_may_be_called(client):
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        answer = client.http.request(method, API, headers=client.csrf)
        assert answer.status_code == 405
