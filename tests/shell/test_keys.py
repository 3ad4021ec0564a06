from overgang.shell.keys import derived


def test_each_purpose_has_a_key_of_its_own_and_always_the_same() -> None:
    made = {purpose: derived(b"secret", purpose) for purpose in ("store", "pseudonyms", "recording")}
    assert len(set(made.values())) == 3
    assert {len(key) for key in made.values()} == {32}
    assert made["store"] == derived(b"secret", "store") != derived(b"another", "store")
