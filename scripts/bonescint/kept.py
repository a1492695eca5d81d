"""Facts derived from code files, kept beside Python's bytecode until the files change.

Parsing all modules takes longer than anything else that a call of Snakemake does for this project,
and a study calls it often.
"""

import hashlib
import marshal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from bonescint.files import replacing


class DerivedFacts:
    """Facts about files of code, each valid as long as the file's bytes are the same.

    Parameters
    ----------
    beside
        A file of code. The facts are stored where Python keeps its bytecode, and only if it does.
    basis
        What all facts also depend on. Facts derived on another basis are not used.
    """

    def __init__(self, beside: Path, basis: str) -> None:
        self._file = Path(cache_from_source(str(beside))).with_suffix(".facts")
        self._basis = basis
        self._is_new = False
        self._facts: dict[str, tuple[bytes, tuple[Any, ...]]] = {}
        # facts that are unreadable or incomplete are derived again
        with suppress(OSError, EOFError, ValueError, TypeError):
            known, facts = marshal.loads(self._file.read_bytes())  # noqa: S302 as the bytecode there
            if known == basis:
                self._facts = facts

    def of(self, name: str, content: bytes, derive: Callable[[], tuple[Any, ...]]) -> Any:
        """Return what was derived from a file's content, now or at an earlier call.

        Parameters
        ----------
        name
            The file's name below the project's root.
        derive
            Derives the facts: a tuple of Python's own types.
        """
        digest = hashlib.sha256(content).digest()
        if self._facts.get(name, (b"",))[0] != digest:
            self._facts[name] = (digest, derive())
            self._is_new = True
        return self._facts[name][1]

    def keep(self) -> None:
        """Write new facts. A folder that cannot be written to is left alone."""
        if self._is_new and not sys.dont_write_bytecode:
            self._is_new = False
            with suppress(OSError), replacing(self._file, "wb", sync=False) as stream:
                stream.write(marshal.dumps((self._basis, self._facts)))
