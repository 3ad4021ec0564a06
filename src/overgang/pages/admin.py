"""The admin port: health, readiness, and one page that shows what this gateway bridges."""

from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from overgang.core.area import Service
from overgang.shell.config import Listen
from overgang.shell.loading import Loaded

_POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def create_admin(loaded: Loaded, listen: Listen) -> Starlette:
    """The app. Liveness says that the process answers; readiness, per area, that its contracts are loaded."""
    page = _page(loaded, listen)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        return JSONResponse({area.name: "ready" for area in loaded.areas})

    async def overview(_: Request) -> Response:
        return HTMLResponse(page, headers=_POLICY)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/", overview)])


def _page(loaded: Loaded, listen: Listen) -> str:
    rows = "".join(_service(service, listen) for area in loaded.areas for service in area.services)
    domains = sorted({operation.contract.domain for operation in loaded.modern.values()})
    links = "".join(
        f'<li><a href="{escape(listen.public)}/{domain}/openapi.json">{domain}/openapi.json</a></li>'
        for domain in domains
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>overgang</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>overgang</h1>"
        "<p>What this gateway bridges: each old operation, the modern calls it becomes, "
        "and how well its names are documented.</p>"
        "<div class=wide><table><thead><tr><th scope=col>Old service</th><th scope=col>Operation</th>"
        "<th scope=col>Modern operations</th><th scope=col>Evidence</th></tr></thead>"
        f"{rows}</table></div><h2>Modern contracts</h2><ul>{links}</ul></main></body></html>"
    )


def _service(service: Service, listen: Listen) -> str:
    address = f"{listen.public}{listen.prefix}/{service.version}/{service.name}.svc?wsdl"
    name = f'<a href="{escape(address)}">{service.name} {service.version}</a>'
    head = f"<th scope=rowgroup rowspan={len(service.operations)}>{name}</th>"
    rows = [
        f"<th scope=row>{operation.name}</th><td>{'<br>'.join(operation.modern) or 'answered here'}</td>"
        f"<td>{operation.evidence}</td>"
        for operation in service.operations
    ]
    return f"<tbody><tr>{head}{'</tr><tr>'.join(rows)}</tr></tbody>"


_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0}"
    "main{max-width:84rem;margin:auto;padding:1rem}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;font-size:.9rem}"
    "th,td{border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}"
    "tbody th{font-weight:600}[scope=rowgroup]{overflow-wrap:anywhere}"
)
