"""nginx as the upstream stub (constant answers) and as the subject that only passes bytes through."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path

READ_SIZES = (1, 20, 1000)
MAX_PROFESSIONS = 200  # the most the old contract of GetProfessionCollection allows
REGISTERED = "5f0c9d1e-0b1a-4a53-9f3f-3d6a0e6f2b11"

_CONFIG = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  client_body_buffer_size 64k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{http}
}}
"""

_STUB = """\
  map "$request_method $uri $http_x_civilregistrationidentifier" $answer {{
    default none;
{answers}
  }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location = /visiteringogstatus/v1/Fravaer {{ return 200 '"{registered}"'; }}
{reads}
    location /mixed/ {{
      root {folder};
      try_files /$answer =404;
      error_page 405 =200 /answers/$answer;  # a write: nginx answers none with a file, unless it is told to
    }}
    location /answers/ {{ internal; alias {folder}/; }}
  }}"""

_THROUGH = """\
  upstream stub {{ server 127.0.0.1:{stub}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{
      proxy_pass http://stub/visiteringogstatus/v1/Fravaer;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}"""


def stub(folder: Path, port: int, answers: Mapping[str, bytes]) -> list[str]:
    """Write the stub's configuration and canned answers; returns the command line that runs it.

    POST /visiteringogstatus/v1/Fravaer answers one uuid. GET /items-<n>/visiteringogstatus/v1/Fravaer and
    GET /jobsearch/v2/Joboenske answer n absences and 200 job wishes. `answers` are those below /mixed, each by a
    regular expression of method, path and citizen number: "GET /jobsearch/v2/Joboenske 0506912617".
    """
    large = {f"/items-{n}/visiteringogstatus/v1/Fravaer": absences(n) for n in READ_SIZES}
    large["/jobsearch/v2/Joboenske"] = job_wishes(MAX_PROFESSIONS)
    reads, mixed = [], []
    for number, (path, answer) in enumerate(large.items()):
        file = folder / f"answer-{number}.json"
        file.write_text(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        reads.append(f"    location = {path} {{ alias {file}; }}")
    for number, (asked, content) in enumerate(answers.items()):
        (folder / f"mixed-{number}").write_bytes(content)
        method, _, rest = asked.partition(" ")
        mixed.append(f'    "~^{method} /mixed{rest}$" mixed-{number};')
    places = {"folder": folder, "port": port, "registered": REGISTERED}
    text = _STUB.format(reads="\n".join(reads), answers="\n".join(mixed), **places)
    return _command(folder, f"  open_file_cache max=100;\n{text}")


def through(folder: Path, port: int, stub_port: int) -> list[str]:
    """The command line of an nginx that passes every request to the stub over kept-alive connections."""
    return _command(folder, _THROUGH.format(port=port, stub=stub_port))


def _command(folder: Path, http: str) -> list[str]:
    file = folder / "nginx.conf"
    file.write_text(_CONFIG.format(folder=folder, http=http), encoding="utf-8")
    return ["nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(file)]


def absences(count: int) -> dict[str, object]:
    """A GetAlleFravaer answer with so many absences."""
    return {"fravaer": [_absence(n) for n in range(count)]}


def _absence(n: int) -> dict[str, object]:
    day = f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}"
    return {
        "fravaerIdentifier": str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + n)),
        "fravaerType": 3,
        "startDato": f"{day}T08:00:00+01:00",
        "slutDato": f"{day}T16:00:00+01:00",
        "fravaersKommentar": "Ferie, aftalt på mødet",
        "anmeldelsesDato": f"{day}T07:30:00+01:00",
        "yderligereInfo": [],
        "dfdgRegistreringstidspunkt": f"{day}T07:30:01.123+01:00",
    }


def job_wishes(count: int) -> dict[str, object]:
    """A GetJoboensker answer with so many professions."""
    return {
        "joboensker": [
            {
                "conceptUriDa": f"http://data.star.dk/esco/occupation/{n}",
                "aliasIdentifier": str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + n)),
                "harUddannelse": n % 2 == 0,
                "aarSidstBrugt": 2000 + n % 25,
                "maanedersErfaring": n % 400,
                "dfdgRegistreringstidspunkt": "2025-01-06T09:00:00.000+01:00",
            }
            for n in range(count)
        ]
    }
