from overgang.shell.store.opening import HEAD
from overgang.shell.store.upgrading import newest


def test_the_version_that_needs_no_upgrade_is_that_of_the_newest_migration() -> None:
    assert newest() == HEAD
