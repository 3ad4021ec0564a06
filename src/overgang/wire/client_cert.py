"""The client's certificate as a proxy hands it on in the header Client-Cert: as RFC 9440 says, or as nginx writes it.

RFC 9440 has a byte sequence of structured fields, `:base64:`, of the DER. nginx alone can't write that: its
$ssl_client_escaped_cert is the PEM, percent-encoded.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from overgang.core.errors import CallerFault

_LARGEST: Final = 16 * 1024
_BYTES: Final = re.compile(r":((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?):", re.ASCII)
_ESCAPED: Final = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END CERTIFICATE-----(?:\r?\n)?"
)


def parse(values: Sequence[str]) -> bytes:
    """The DER of the one certificate in the header's values; what the DER holds is not looked at.

    Raises CallerFault 1101: identity.missing, identity.twice or identity.malformed.
    """
    if not values or values == [""]:
        raise CallerFault(1101, "identity.missing", expected="a client certificate")
    if len(values) > 1:
        raise CallerFault(1101, "identity.twice", expected="one client certificate")
    text = values[0].strip(" \t")
    if len(text) > _LARGEST:
        raise _malformed()
    encoded = _BYTES.fullmatch(text)
    if encoded is not None:
        return _decoded(encoded[1].encode("ascii"))
    if not _ESCAPED.fullmatch(text):
        raise _malformed()
    pem = _PEM.fullmatch(unquote_to_bytes(text))
    if pem is None:
        raise _malformed()
    return _decoded(b"".join(pem[1].split()))


def _decoded(text: bytes) -> bytes:
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _malformed() from None
    if not der or base64.b64encode(der) != text:  # one way to write each certificate
        raise _malformed()
    return der


def _malformed() -> CallerFault:
    return CallerFault(1101, "identity.malformed", expected="a certificate as RFC 9440 or nginx writes it")
