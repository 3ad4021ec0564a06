"""What keeps the source alike and its dependencies true: the referee."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from overgang.areas import AREAS
from overgang.core.area import Operation
from overgang.wire import cases

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "overgang"
TESTS = ROOT / "tests"
FOLDERS = sorted(folder for folder in (SOURCE / "areas").iterdir() if folder.is_dir() and folder.name != "__pycache__")
MODULES = sorted(SOURCE.rglob("*.py"))
CASES = sorted((SOURCE / "areas").glob("*/cases/*"))
OPERATIONS = [operation for area in AREAS for service in area.services for operation in service.operations]

SIX_NAMES = {"README.md", "area.py", "mapping.py", "rules.py", "openapi.yaml", "cases"}

# Modules (and with a slash at the end, packages) without a test file of their own, and what shows them instead.
NO_TWIN = {
    "cli/__main__.py": "two lines; the printed calls of `make run` go through it",
    "cli/main.py": "parses what the tests of each command give it, in tests/cli",
    "cli/serving.py": "starts the processes of tests/e2e and tests/cli/test_cli_serve",
    "cli/first_calls.py": "what it prints is pasted and run in tests/e2e/test_printed_calls",
    "shell/subscribing.py": "what `overgang subscriptions` does, in tests/cli/test_cli_subscriptions",
    "shell/example.py": "the envelopes of every played case and of the printed calls",
    "shell/rest_callers.py": "each header missing and unreadable, in tests/hostile/test_hostile_rest",
    "wire/served.py": "the served bytes, in tests/e2e/test_served_contracts and tests/wire/contract",
    "cli/home.py": "finds the folders that every test of the command line uses",
    "reference/__init__.py": "names only",
    "reference/bodies.py": "shapes of the services' answers, compared with the OpenAPI in test_reference_contract",
    "reference/moments.py": "its times are those of every stored registration in test_reference_store",
    "reference/history.py": "what it reads back is asked for in the tests of the services",
    "reference/personvisitering.py": "what contact groups and categories share, in the tests of both",
    "reference/problems.py": "every refusal in the tests of the services is one of its problems",
    "reference/app.py": "joins what the tests of the services call over HTTP",
    "reference/yderligere_info.py": "a part of fravær, in test_reference_fravaer",
    "reference/__main__.py": "starts the app that test_reference_main asks over HTTP",
    "cli/report_files.py": "forms of the report, in tests/recording/test_cli_report",
    "cli/report_terminal.py": "forms of the report, in tests/recording/test_cli_report",
    "cli/record.py": "asks the admin port, in tests/recording/test_recording_commands",
    "cli/embedded.py": "starts what tests/recording/test_recording_commands replays against",
    "wire/recorded_calls.py": "what a recording holds, in tests/recording/test_recording",
    "cli/urls.py": "an argument of the commands that tests/recording runs",
    "cli/compare.py": "the command, in tests/compare/test_compare_command",
    "wire/expectations.py": "the register's reader, in tests/compare/test_comparing_expectations",
    "cli/demo.py": "starts the processes of tests/e2e",
    "shell/store/__init__.py": "names only",
    "shell/store/store.py": "joins the parts; every test of a part goes through it",
    "shell/store/migrations/": "run whenever a store is opened, in test_store_opening",
    "core/compare/": "one comparer, tested through `Comparer` and `judge` by the files of tests/compare",
    "wire/comparing/": "the same, by the files of tests/compare",
    "wire/masking/": "one masker, tested through `Masker` by the files of tests/recording",
    "standin/": "one old side, called operation by operation by the files of tests/standin",
    "wire/encoding.py": "a part of the guard, in test_guard",
    "wire/contract/": "one codec behind `load`, tested through it by the files of tests/wire/contract",
}
HTTP_CLIENTS = {"httpx", "pyreqwest", "aiohttp", "requests", "urllib3", "urllib.request", "http.client", "niquests"}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}


def short(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def imported(module: Path) -> Iterator[str]:
    """The full names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def starts(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def twins(module: Path) -> set[str]:
    """The names that the test file of a module may have; a package's name tells two modules of one name apart."""
    *packages, name = module.relative_to(SOURCE).with_suffix("").parts
    longer = [f"test_{'_'.join([*packages[start:], name])}.py" for start in range(len(packages) + 1)]
    return {*longer, f"test_{'_'.join(packages)}.py"} if name == "__init__" else set(longer)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_area_folder_has_the_same_six_names(folder: Path) -> None:
    found = {entry.name for entry in folder.iterdir()} - {"__pycache__"}
    assert found == SIX_NAMES | {"__init__.py"}
    assert (folder / "__init__.py").read_text(encoding="utf-8") == ""


def test_the_list_of_areas_names_every_folder_once_in_ascii() -> None:
    names = [area.name for area in AREAS]
    assert sorted(names) == [folder.name for folder in FOLDERS]
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in names)


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_every_module_has_a_test_file_of_its_own_or_a_reason(module: Path) -> None:
    empty = not module.read_text(encoding="utf-8").strip()
    if empty or "areas" in module.relative_to(SOURCE).parts or short(module) == "__init__.py":
        return  # an area's modules are shown by its cases and the tests of its rules
    package = module.relative_to(SOURCE).parts[0]
    beside = {file.name for file in (TESTS / package).rglob("test_*.py")} & twins(module)
    elsewhere = {file.name for file in TESTS.rglob("test_*.py")} & twins(module) - {f"test_{module.stem}.py"}
    found = sorted(beside | elsewhere)
    excused = any(short(module).startswith(name) for name in NO_TWIN if name.endswith("/")) or short(module) in NO_TWIN
    assert found or excused, f"{short(module)} has no test file"
    assert not (found and short(module) in NO_TWIN), f"{short(module)} has {found} and needs no reason"


def test_every_area_has_tests_of_its_rules() -> None:
    tested = {file.name for file in (TESTS / "areas").glob("test_*.py")}
    assert [area.name for area in AREAS if not any(area.name in name for name in tested)] == []


def test_the_reasons_name_modules_that_there_are() -> None:
    assert [name for name in NO_TWIN if not (SOURCE / name).exists()] == []
    assert list((TESTS / "wire" / "contract").glob("test_*.py"))


def test_dependencies_are_as_the_project_declares_them() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


def test_every_area_is_declared_independent_of_the_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kept = {contract["type"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    assert set(kept["independence"]["modules"]) == {f"overgang.areas.{area.name}" for area in AREAS}


def test_only_the_client_module_imports_an_http_client() -> None:
    found = {
        short(module)
        for module in MODULES
        for name in imported(module)
        if any(starts(name, client) for client in HTTP_CLIENTS)
    }
    assert found == {"shell/client.py", "reference/sending.py"}  # the second one is the modern side of trials


def test_only_the_command_line_imports_the_embedded_modern_side() -> None:
    found = {
        module.relative_to(SOURCE).parts[0]
        for module in MODULES
        for name in imported(module)
        if starts(name, "overgang.reference")
    }
    assert found <= {"cli", "reference", "standin"}


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_the_time_is_read_in_one_place(module: Path) -> None:
    if short(module) == "shell/clock.py" or module.relative_to(SOURCE).parts[0] in ("reference", "standin"):
        return
    read = [
        f"{short(module)}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCK_CALLS
        and ast.unparse(node.value) in ("datetime", "datetime.datetime", "date", "datetime.date", "time")
    ]
    assert read == []
    assert [name for name in imported(module) if name in {f"time.{call}" for call in CLOCK_CALLS}] == []


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_every_case_can_be_read_and_says_where_it_comes_from(file: Path) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*\.case", file.name)
    case = cases.parse(file.read_text(encoding="utf-8"), f"{file.parts[-3]}/{file.stem}")
    assert case.seen
    assert case.title.endswith((".", ")")), "a case begins with what is true, as a sentence"
    assert SOURCE / "areas" / case.file == file


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_flow_says_which_old_operation_it_is_and_what_it_becomes(operation: Operation) -> None:
    said = (operation.flow.__doc__ or "").split("\n")[0]
    old, equals, new = said.partition(" = ")
    assert equals, f"{operation.flow.__name__}: Old = New expected"
    assert old.startswith(operation.name)
    assert any(name in new for name in operation.modern or ["no modern call"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_cases_that_a_flow_mentions_are_there(operation: Operation) -> None:
    names = {file.stem for file in CASES}
    assert [name for name in re.findall(r"\(case: (\w+)\)", operation.flow.__doc__ or "") if name not in names] == []
