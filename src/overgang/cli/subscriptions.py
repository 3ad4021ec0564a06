"""`overgang subscriptions`: what differs between the configuration and the modern side, and bringing it up to date."""

import argparse
import asyncio
from pathlib import Path

from overgang.shell import config
from overgang.shell.config import ConfigError
from overgang.shell.subscribing import SubscribingError, synchronise


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="a gateway's configuration")
    parser.add_argument("--apply", action="store_true", help="give the modern side the wanted list, all or nothing")


def subscriptions(given: argparse.Namespace) -> int:
    """0 where nothing differs or it was brought up to date, 1 where something differs."""
    settings = config.read(given.config)
    try:
        found = asyncio.run(synchronise(settings, apply=given.apply))
    except SubscribingError as mistake:
        raise ConfigError(mistake.lines) from mistake
    for line in found.lines():
        print(line)
    changed = len(found.missing) + len(found.surplus)
    state = "brought up to date" if given.apply else "different"
    print(f"{found.same} subscriptions as wanted, {changed} {state}")
    return 1 if changed and not given.apply else 0
