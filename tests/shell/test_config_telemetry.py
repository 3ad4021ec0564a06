from overgang.shell.config_telemetry import Telemetry, telemetry


def test_without_settings_the_defaults_hold() -> None:
    lines: list[str] = []
    assert telemetry({}, lines) == Telemetry("json", False, None, 1.0)
    assert lines == []


def test_each_mistake_is_a_line() -> None:
    lines: list[str] = []
    assert telemetry({"log": "xml", "calls": 1, "otlp": "collector", "sample": 2}, lines) is None
    places = [line.split(":")[0] for line in lines]
    assert places == ["telemetry.log", "telemetry.calls", "telemetry.otlp", "telemetry.sample"]
