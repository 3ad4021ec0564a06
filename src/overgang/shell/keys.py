"""The deployment's secret, one key for each use: none of them tells anything about another."""

import hashlib
import hmac


def derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes for `purpose`, e.g. "store" or "pseudonyms"; the same secret gives the same ones on every gateway."""
    return hmac.new(hashlib.sha256(secret).digest(), f"overgang {purpose}".encode(), hashlib.sha256).digest()
