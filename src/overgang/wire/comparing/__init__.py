"""Comparing two whole answers to one call: HTTP, envelope, headers, fault or content, by the contract's types.

What follows from a difference is not told beside it: the status of a fault where the other side answers, the media type
of another SOAP version, anything about a side that can't be read. Two sides that can't be read are one difference,
"both-unreadable": they prove no agreement. The language of a fault's text counts where both sides say one.
"""

from overgang.wire.comparing.answers import Answer, Unreadable, read
from overgang.wire.comparing.comparer import Comparer

__all__ = ["Answer", "Comparer", "Unreadable", "read"]
