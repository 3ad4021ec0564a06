"""Revoked certificates at the shipped nginx configuration: they come no further than nginx."""

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from nginx_side import Deployed, deployed, read, records, revoked, written

from certificates import NOW, Issued, subject
from old_calls import ENROLLMENT, said
from running import SECONDS


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("revocation"), count=1) as all_of_it:
        yield all_of_it


def two(site: Deployed) -> tuple[tuple[Issued, Path], tuple[Issued, Path]]:
    """Two certificates of the same caller, who is known at the gateway; nothing but their keys and numbers differ."""
    first, second = site.issuer.issue(subject()), site.issuer.issue(subject())
    return (first, written(site.folder / "first.pem", first)), (second, written(site.folder / "second.pem", second))


def refused(site: Deployed, client: httpx.Client) -> None:
    """nginx itself refuses it: nothing is written down, and nobody is asked."""
    seen, asked = len(records(site)), len(site.modern.asked)
    answer = read(client)
    assert (answer.status_code, "<title>400 The SSL certificate error</title>" in answer.text) == (400, True)
    assert (len(records(site)), len(site.modern.asked)) == (seen, asked)


def served(site: Deployed, client: httpx.Client) -> None:
    """It is answered, and written down."""
    seen = len(records(site))
    assert said(read(client)).code == "GetProfessionCollectionResponse"
    assert len(records(site)) == seen + 1


def test_a_revoked_certificate_is_refused_before_the_gateway_and_another_is_served(site: Deployed) -> None:
    (gone, its_file), (_, other_file) = two(site)
    site.revoke(gone)
    site.reload()
    with site.client(its_file) as client, site.client(other_file) as other:
        refused(site, client)
        served(site, other)


def test_what_is_revoked_later_is_refused_once_nginx_is_reloaded(site: Deployed) -> None:
    (first, first_file), (second, second_file) = two(site)
    site.revoke(first)
    site.reload()
    with site.client(second_file) as client:
        served(site, client)
        site.revoke(first, second)
        served(site, client)
        with site.client(first_file) as before:
            refused(site, before)
        site.reload()
        refused(site, client)  # the connection that it had is not gone on with
        site.revoke(first)
        site.reload()
        served(site, client)


def test_a_session_of_before_is_no_way_around_the_list(site: Deployed) -> None:
    (first, file), _ = two(site)
    site.revoke()
    site.reload()
    context = site.context(file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # where a session is the client's when the handshake ends

    def answer(session: ssl.SSLSession | None) -> tuple[bytes, ssl.SSLSession | None]:
        with (
            socket.create_connection(("127.0.0.1", site.port), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname="localhost", session=session) as connection,
        ):
            connection.sendall(f"GET {ENROLLMENT}?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            return connection.recv(12), connection.session

    told, session = answer(None)
    assert told == b"HTTP/1.1 200"
    site.revoke(first)
    site.reload()
    assert session is not None
    assert answer(session)[0] == b"HTTP/1.1 400"


@pytest.mark.parametrize("which", ["the issuer's is out of date", "the root's is missing"])
def test_nobody_is_let_in_on_lists_that_are_not_whole(site: Deployed, which: str) -> None:
    _, (_, file) = two(site)
    site.revoke()
    site.reload()
    with site.client(file) as client:
        served(site, client)
        if which == "the root's is missing":
            revoked(site.folder, site.issuer.revoked())
        else:
            revoked(site.folder, site.root.revoked(), site.issuer.revoked(ends=NOW - timedelta(days=1)))
        site.reload()
        refused(site, client)
