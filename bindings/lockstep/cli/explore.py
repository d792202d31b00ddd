"""`lockstep explore`."""

from __future__ import annotations

import hashlib
import json
import threading
import webbrowser
from pathlib import Path

import click

from lockstep.cli.common import any_path, example, key_option
from lockstep.errors import ConfigError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(
    epilog=example(
        "lockstep explore store",
        "lockstep explore store --users users.toml --tls-proxy review.example.org",
        "lockstep explore store --users users.toml --add-user ana --role analyst",
    )
)
@click.argument("store", type=any_path)
@click.option("--runs", type=any_path, help="Folder of runs. [STORE-runs]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option("--read-only", is_flag=True, help="Show everything, let nobody decide.")
@click.option("--users", type=any_path, help="Who may use a shared server, with which role.")
@click.option(
    "--tls-proxy",
    metavar="HOST",
    help="Name under which a TLS proxy passes requests on; a shared server needs one.",
)
@click.option("--add-user", metavar="NAME", help="Give NAME a token in --users, and end.")
@click.option(
    "--role",
    type=click.Choice(["viewer", "analyst", "lead"]),
    default="viewer",
    show_default=True,
    help="Of --add-user.",
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
@key_option
def explore(
    store: Path,
    runs: Path | None,
    host: str,
    port: int,
    read_only: bool,
    users: Path | None,
    tls_proxy: str | None,
    add_user: str | None,
    role: str,
    browser: bool,
    key_file: Path | None,
) -> None:
    """Serve a page on STORE and its runs, for those who look and decide. Ctrl-C ends it.

    It listens on this machine alone, and the address it prints opens one session; then it prints
    the next. With --users each person signs in with a token of their own.
    """
    if add_user is not None:
        if users is None:
            raise ConfigError("--add-user needs --users, the file to write into")
        _add_user(users, add_user, role)
        return
    if host not in _LOOPBACK and (users is None or tls_proxy is None):
        raise ConfigError(
            f"--host {host} can be reached from other machines; give --users, and --tls-proxy "
            f"with the name of the proxy in front, or listen on 127.0.0.1"
        )
    _serve(store, runs, host, port, read_only, users, tls_proxy, browser, key_file)


def _serve(
    store: Path,
    runs: Path | None,
    host: str,
    port: int,
    read_only: bool,
    users: Path | None,
    tls_proxy: str | None,
    browser: bool,
    key_file: Path | None,
) -> None:
    from lockstep.arguments import read_key
    from lockstep.explorer import Access, Desk, Place, StoredNames, load_users, make_app
    from lockstep.explorer.serving import listen, serve
    from lockstep.sweep.referrals import actor
    from lockstep.sweep.run import runs_folder

    people = load_users(users) if users else None
    at = listen(host, port)
    port = at.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    if tls_proxy is not None:
        hosts = {tls_proxy.lower()}
        address = f"https://{tls_proxy}"
    opened: list[str] = []

    def announce(token: str) -> None:
        opened.append(f"{address}/?token={token}")
        if len(opened) > 1:
            click.echo(f"to open it once more: {opened[-1]}")

    with StoredNames(store, key=read_key(key_file) if key_file else None) as reader:
        desk = Desk(reader, runs or runs_folder(store), read_only=read_only)
        access = Access(people, announce, user=actor(), role="viewer" if read_only else "lead")
        app = make_app(desk, access, Place(frozenset(hosts), tls=tls_proxy is not None))

        def ready() -> None:
            page = opened[0] if opened else f"{address}/login"
            click.echo(f"open {page}")
            threading.Thread(target=desk.warm, daemon=True).start()
            if browser:
                webbrowser.open(page)

        serve(app, at, ready)


def _add_user(users: Path, name: str, role: str) -> None:
    """Appends a user, and prints the token: the file keeps its hash alone."""
    from lockstep.explorer.access import load_users, new_token

    if users.exists() and any(user.name == name for user in load_users(users)):
        raise ConfigError(f"{name!r} is in {users}; take the entry out first")
    token = new_token()
    digest = hashlib.sha256(token.encode()).hexdigest()
    entry = (
        f"[[users]]\nname = {json.dumps(name)}\nrole = {json.dumps(role)}\n"
        f'token_sha256 = "{digest}"\n\n'
    )
    users.touch(mode=0o600)
    with users.open("a", encoding="utf-8") as file:
        file.write(entry)
    load_users(users)
    click.echo(token)
    click.echo(f"{name} may sign in with this token; it is shown this once.", err=True)
