"""Fault texts: words that the documented texts, the contract and this gateway use stay, everything else is replaced."""

import re
from collections.abc import Iterable
from typing import Final

from overgang.core.compare.causes import CAUSES
from overgang.core.errors import ERRORS
from overgang.core.pseudonyms import IN_TEXT, Pseudonyms

_WORD: Final = r"[^\W\d_]+"
_EMAIL: Final = r"[^\s@<>()\[\],;:\"']{1,64}@[^\s@<>()\[\],;:\"']{1,255}"
_NUMBER: Final = r"[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{4}|[0-9]{4,}"
_DAY: Final = r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])"
_ERROR: Final = r"(?<=\berror )[0-9]{1,5}(?![0-9])"  # also one that is documented nowhere
_PARTS: Final = rf"(?P<error>{_ERROR})|{_EMAIL}|{IN_TEXT.pattern}|{_DAY}|{_NUMBER}|{_WORD}"
_DOCUMENTED: Final = frozenset(row.text for row in ERRORS.values())
_TECHNICAL: Final = """
a af all allowed already an and answer answered any are as at attribute base be been boolean by bytes call can
cannot category characters charset client code combination connection content could data date dateTime dato
day days decimal declaration declared den der det details document duplicate element elements eller email
empty en encoding end envelope er error et exactly exception expected failed fault fejl felt field for format
found fra from greater greatest has have header http https i identifier ikke in input int integer internal
invalid is it items kan least length less letters limit line list long longer malformed many med message
missing modern more most must name namespace nil no not null number object of off og old om on one only
operation or other out outcome outside pattern person position processing på reached read reason receiver
reference refused request required response rest root row schema second seconds send sender sent server
service services short should skal soap som source start status string such syntax system text than that the
then there this til time timeout to too type types ugyldig ukendt unable unavailable unexpected unknown
upstream uri url used user valid value values ved version was were when where which with without wrong xml xs
xsd you zone
"""  # what messages about messages are made of, in English and Danish
_OWN: Final = """
aar aarsag absolute action additional adresse afmelding again ago aktoer announced another art asked asterisk audit
auth begin being block breaker bridged brownout busy but caller carried certificate chunked coding collection company
completes compressed configured confirmed connected counterpart danishaddress did down dtd each earlier employment
ended ends enrolment every failed fixed foreignaddress form fravaer gateway genaktivering gets give haendelsesdato
head headers here hold host hændelsesdato id identity information instruction interruption its itself joboenske json
kept kontaktgruppe laesning land later ledighedsgrad literal maaneder make mapping mark may method modernised
mustunderstand names namespaces none now nyere often once open organisation other own pairs part partly path periode
permission personkategori pi present professions property proxy public query raskmelding recovery repeats replay
replayed responsibility return reused same samling save show sickness signature so somebody store sygemelding taken
technical through tilmelding too transfer twice type unconfigured under unexpected unmappable unrepresentable upgrade
address characters createsequence days digits duration entitled event expires get hours kind minutes post printable
queue reached receiver seconds sender subscription ten tls trusted webhook wsrm
uuid varighed vindue wait way weeks what while who whole within written years yet
"""  # what this gateway's own messages are made of besides
_NAMES_TOO: Final = frozenset({"art", "land", "mark"})  # with a capital they may be somebody's name
_USUAL: Final = frozenset(
    word.lower()
    for text in (*_DOCUMENTED, *CAUSES, *CAUSES.values(), _TECHNICAL, _OWN)
    for word in re.findall(_WORD, text)
)
_OWN_NUMBERS: Final = frozenset({"1900", "9999", "2024-01-31", "0000000000"})  # of its messages; the last is nobody's
_LONGEST: Final = 20_000  # characters; a longer text is no message to people, and nothing of it stays
_SHORTEST: Final = 3  # values of a request that are shorter are not looked for


class FaultTexts:
    """Masks fault texts of one contract; `known` are the names of its elements, and days that everybody knows."""

    def __init__(self, pseudonyms: Pseudonyms, known: Iterable[str]) -> None:
        self._pseudonyms = pseudonyms
        self._known = frozenset(known)

    def masked(self, text: str, given: Iterable[str] = ()) -> str:
        """A documented text as it is; in others each value of `given` and whatever is no usual word is replaced.

        Numbers of at most three digits stay, and the numbers of the documented errors.
        """
        if text.strip() in _DOCUMENTED:
            return text
        if len(text) > _LONGEST:
            return self._pseudonyms.text(text)
        values = sorted({value.strip() for value in given if len(value.strip()) >= _SHORTEST}, key=len, reverse=True)
        alternatives = "|".join(map(_whole, values))
        pattern = f"(?P<given>{alternatives})|{_PARTS}" if values else f"(?P<given>(?!))|{_PARTS}"
        return re.sub(pattern, self._part, text)

    def _part(self, found: "re.Match[str]") -> str:
        part = found[0]
        if found["error"] is not None:
            return part
        if found["given"] is None:
            usual = part.lower() in _USUAL and (part.islower() or part.lower() not in _NAMES_TOO)
            if usual or part in self._known or (len(part) == 1 and part.isalpha()):
                return part
            if part in _OWN_NUMBERS or (part.isdecimal() and len(part) < 6 and int(part) in ERRORS):
                return part
        return self._pseudonyms.text(part)


def _whole(value: str) -> str:
    """A pattern of the value, where it is no part of a longer word or number: those are looked at as they are."""
    before, after = (r"(?<!\w)" if value[0].isalnum() else ""), (r"(?!\w)" if value[-1].isalnum() else "")
    return f"{before}{re.escape(value)}{after}"
