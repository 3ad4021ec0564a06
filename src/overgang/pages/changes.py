"""The audit of mode changes: who switched what, when."""

from starlette.requests import Request
from starlette.responses import Response

from overgang.pages.lists import Filters, listing
from overgang.pages.rendering import Site

_MOST = 2000  # changes that are looked through; older ones are in the store


def index(site: Site, request: Request) -> Response:
    """GET /changes"""
    filters = Filters(request, ("q",))
    wanted = {"q": filters.text("q")}
    sought = wanted["q"].casefold()
    found = [
        change
        for change in site.source.mode_changes(_MOST)
        if sought in f"{change.scope.service} {change.scope.operation} {change.scope.caller} {change.by}".casefold()
    ]
    return site.page(
        request,
        "changes.html",
        section="changes",
        found=listing(request, found),
        wanted=wanted,
        ignored=filters.ignored,
    )
