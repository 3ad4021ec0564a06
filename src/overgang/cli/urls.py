"""Addresses as arguments."""

import argparse

from overgang.shell import settings


def http_url(text: str) -> str:
    """A base address, without a slash at its end."""
    try:
        return settings.url(text)
    except ValueError as mistake:
        raise argparse.ArgumentTypeError(str(mistake)) from None
