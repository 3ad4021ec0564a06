"""Bringing the tables up to date with Alembic; imported only where they are not."""

import importlib.resources
import threading
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from overgang.shell.store.errors import StoreError

_ALEMBIC: Final = threading.Lock()  # Alembic keeps what it works on in a module's variable


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations that are missing, up to that version.

    Raises StoreError for a database that is newer than they are.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    config = _config()
    config.attributes["connection"] = connection
    try:
        with _ALEMBIC:
            command.upgrade(config, to)
    except CommandError:
        raise StoreError(f"the store is of version {found}, newer than {newest()}, the newest known here") from None


def newest() -> str | None:
    """The newest migration there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    folder = importlib.resources.files("overgang.shell.store") / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
