"""Replace UIDs, in the same way in every file and every run (R20)."""

import hashlib
import hmac

from pydicom._uid_dict import UID_dictionary


def is_standard(uid: str) -> bool:
    """Tell whether the standard assigns a UID (for example a SOP class or transfer syntax)."""
    return uid in UID_dictionary


class UidReplacer:
    """Replace UIDs by ``2.25.<128 bit>`` taken from an HMAC-SHA256.

    The same UID under the same secret gives the same replacement in every file and every run, so
    that references stay valid. Without the secret nobody can tell the UID from its replacement. The
    secret is lost together with the ledger's key.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the secret for UIDs needs at least 16 bytes")
        self._secret = secret

    def __call__(self, uid: str) -> str:
        """Return the replacement of `uid`. A UID of the standard is returned unchanged."""
        if not uid or is_standard(uid):
            return uid
        digest = hmac.new(self._secret, b"uid:" + uid.encode(), hashlib.sha256).digest()
        return f"2.25.{int.from_bytes(digest[:16], 'big')}"

    def digest(self, payload: bytes) -> str:
        """Return an HMAC of `payload` under the secret, as the ledger does."""
        return hmac.new(self._secret, payload, hashlib.sha256).hexdigest()
