"""Where the contracts and lists of this checkout are, for the commands that take no configuration."""

from pathlib import Path

import overgang
from overgang.shell.config import ConfigError
from overgang.shell.loading import Loaded, load


def home() -> Path:
    """The folder with wsdl/ and config/: the working folder, or the checkout the package is installed from."""
    for folder in (Path.cwd(), Path(overgang.__file__).parents[2]):
        if (folder / "wsdl").is_dir() and (folder / "config" / "codelists").is_dir():
            return folder
    raise ConfigError(["wsdl/ and config/codelists/ are not here: run this in a checkout of overgang"])


def loaded() -> Loaded:
    """Everything of this checkout, compiled."""
    return load(home() / "wsdl", home() / "config" / "codelists", calendar=home() / "config" / "releases.toml")
