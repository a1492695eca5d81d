"""Patient codes: random, and readable by people (R17)."""

import re
import secrets

from bonescint.text.folding import half_width

# no I L O 0 1: a code is read aloud and copied by hand
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 5
CODE_PATTERN = rf"BS-[{ALPHABET}]{{{CODE_LENGTH}}}"


def new_code() -> str:
    """Return a random code; whether it was given before is for the caller to see."""
    return "BS-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def typed_code(typed: str) -> str | None:
    """Return the code that somebody typed in any case, width and hyphen, None if it is none.

    Parameters
    ----------
    typed
        As typed.
    """
    plain = re.sub(r"[\W_]", "", half_width(typed)).upper()
    code = f"{plain[:2]}-{plain[2:]}"
    return code if re.fullmatch(CODE_PATTERN, code) else None
