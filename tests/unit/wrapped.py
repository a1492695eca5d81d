"""Files that age encrypts by a passphrase, with a hash that a test need not wait for."""

import hmac
import secrets
from base64 import b64encode
from hashlib import scrypt

from Cryptodome.Cipher import ChaCha20_Poly1305

# the logarithm of scrypt's work: 18 is usual and takes a second or two
WORK = 10


def wrapped(content: bytes, passphrase: str) -> bytes:
    """Return up to 64 KB as an age file that opens with the passphrase (age-encryption.org/v1)."""
    file_key, salt, nonce = (secrets.token_bytes(16) for _ in range(3))
    salted = b"age-encryption.org/v1/scrypt" + salt
    wrapping = scrypt(passphrase.encode(), salt=salted, n=1 << WORK, r=8, p=1, dklen=32)
    body = _sealed(wrapping, bytes(12), file_key)
    head = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_text(salt), WORK, _text(body))
    mac = hmac.digest(_derived(file_key, bytes(32), b"header"), head, "sha256")
    # the only part, and so the last one
    payload = _sealed(_derived(file_key, nonce, b"payload"), bytes(11) + b"\1", content)
    return head + b" " + _text(mac) + b"\n" + nonce + payload


def _sealed(key: bytes, nonce: bytes, content: bytes) -> bytes:
    parts = ChaCha20_Poly1305.new(key=key, nonce=nonce).encrypt_and_digest(content)
    return b"".join(parts)


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes by HKDF with SHA-256."""
    return hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\1", "sha256")


def _text(content: bytes) -> bytes:
    return b64encode(content).rstrip(b"=")
