"""The maskers of everything that is loaded: of the old messages, and of what is said to the modern side."""

import re

from overgang.shell.loading import Loaded
from overgang.wire.masking import Masker, maskers, public_words
from overgang.wire.masking.modern import ModernMasker, property_names


def old_maskers(loaded: Loaded, key: bytes) -> dict[str, Masker]:
    """One for each contract, by service key; all make the same pseudonyms, and so does `modern_masker`."""
    contracts = {service.key: service.contract for service in loaded.services}
    properties = {name for api in loaded.openapis.values() for name in property_names(api.document)}
    rules = {word for area in loaded.areas for law in area.laws for word in re.findall(r"[^\W\d_]+", law.id)}
    words = public_words(loaded.codelists.values()) | {text for area in loaded.areas for text in area.says}
    return maskers(contracts, key, words, properties | rules)


def modern_masker(loaded: Loaded, key: bytes) -> ModernMasker:
    """The one for exchanges with the modern side."""
    documents = (api.document for api in loaded.openapis.values())
    return ModernMasker(key, documents, (text for area in loaded.areas for text in area.says))
