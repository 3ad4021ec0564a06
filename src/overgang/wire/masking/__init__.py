"""Masking: every personal value of a message replaced by a keyed pseudonym, before anything is stored."""

from overgang.wire.masking.envelope import Masker, maskers, public_words

__all__ = ["Masker", "maskers", "public_words"]
