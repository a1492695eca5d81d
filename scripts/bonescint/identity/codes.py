"""Patient codes: random, and readable by people (R17)."""

import re
import secrets
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import both
from bonescint.text.csvfile import typed_lines
from bonescint.text.folding import half_width

# no I L O 0 1, because a code is read aloud and copied by hand
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 5
CODE_PATTERN = rf"BS-[{ALPHABET}]{{{CODE_LENGTH}}}"


def new_code() -> str:
    """Return a random code. The caller must check whether it was given before."""
    return "BS-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def typed_code(typed: str) -> str | None:
    """Return the code that somebody typed in any case, width and hyphen, or None if it is none."""
    plain = re.sub(r"[\W_]", "", half_width(typed)).upper()
    code = f"{plain[:2]}-{plain[2:]}"
    return code if re.fullmatch(CODE_PATTERN, code) else None


def listed_codes(path: Path) -> list[str]:
    """Return the codes of a list that somebody typed, one a line.

    Raises
    ------
    InputError
        If a line is not a code. It may be an ID, so it is not quoted. Also as for
        `bonescint.text.csvfile.typed_lines`.
    """
    lines = list(typed_lines(path))
    codes = [code for line in lines if (code := typed_code(line))]
    if len(codes) < len(lines):
        wrong = [n for n, line in enumerate(lines, 1) if typed_code(line) is None]
        raise InputError([both("identity", "no_code", file=path, n=n) for n in wrong])
    return codes
