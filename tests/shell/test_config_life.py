from overgang.shell.config_life import Life, life


def test_without_settings_the_defaults_hold() -> None:
    lines: list[str] = []
    assert life({}, lines) == Life(128, 5.0)
    assert lines == []


def test_each_mistake_is_a_line() -> None:
    lines: list[str] = []
    assert life({"at_once": 0, "drain": -1}, lines) is None
    assert [line.split(":")[0] for line in lines] == ["admission.at_once", "admission.drain"]
