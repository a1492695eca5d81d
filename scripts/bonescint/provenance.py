"""What a result was made of: digests of code, stamps of inputs, versions of libraries (R37)."""

import ast
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from bonescint import __version__
from bonescint.resources import ROOT

_PACKAGE = Path(__file__).resolve().parent
# what computes or writes a result; the rest of the environment stands in requirements.lock
LIBRARIES = (
    "snakemake",
    "pydicom",
    "pylibjpeg",
    "pylibjpeg-libjpeg",
    "pylibjpeg-openjpeg",
    "numpy",
    "scipy",
    "pandas",
    "openpyxl",
    "xlsxwriter",
    "matplotlib",
    "matplotlib-fontja",
    "pyrage",
    "jinja2",
)


@cache
def _source(module: str) -> tuple[Path, str, frozenset[str]] | None:
    """Return a module's file, the dump of its code and the bonescint names it imports."""
    parts = module.split(".")[1:]
    for file in (
        _PACKAGE.joinpath(*parts, "__init__.py"),
        _PACKAGE.joinpath(*parts).with_suffix(".py"),
    ):
        if file.is_file():
            break
    else:
        return None  # a name inside a module, not a module
    tree = ast.parse(file.read_bytes())
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    names = frozenset(n for n in imported if n.split(".")[0] == "bonescint")
    return file, ast.dump(tree), names


def code_digest(*parts: str) -> str:
    """Return a digest of modules and all of bonescint they import, and of resource files.

    Snakemake sees a change in a script, not in what the script imports; as a param this digest
    makes the users of an edited module run again. Comments and touched files do not change it.

    Parameters
    ----------
    parts
        Modules such as ``bonescint.stats``, packages with all their modules, or files relative to
        the project's root such as ``resources/tracers.csv``.
    """
    pending = [p for p in parts if "/" not in p]
    dumps: dict[str, str] = {}
    while pending:
        module = pending.pop()
        source = None if module in dumps else _source(module)
        if source is None:
            continue
        file, dump, names = source
        dumps[module] = dump
        pending += names
        if file.name == "__init__.py" and module in parts:
            pending += [f"{module}.{f.stem}" for f in file.parent.glob("*.py") if f != file]
            pending += [f"{module}.{f.parent.name}" for f in file.parent.glob("*/__init__.py")]
    digest = hashlib.sha256()
    for module in sorted(dumps):
        digest.update(f"{module}\0{dumps[module]}\0".encode())
    for part in sorted(p for p in parts if "/" in p):
        digest.update(part.encode() + b"\0" + (ROOT / part).read_bytes())
    return digest.hexdigest()[:16]


def tree(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield (relative path, stat) of every file below a folder, sorted, links not followed."""
    stack = [path]
    while stack:
        folder = stack.pop()
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield str(Path(entry.path).relative_to(path)), entry.stat(follow_symlinks=False)
        stack += [Path(e.path) for e in reversed(entries) if e.is_dir(follow_symlinks=False)]


def content_stamp(path: str | Path, private: str | Path = "private") -> str:
    """Return an HMAC of an input's content, so that a list restored with an older date is noticed.

    Snakemake compares dates of inputs with dates of outputs and misses an older file put in a newer
    one's place: the declined patient would stay. Keyed, for Snakemake stores params in clear and a
    short list of IDs could be guessed from a plain hash.

    Parameters
    ----------
    path
        A table (its bytes count) or a folder (names, sizes and times count).
    private
        The identified side, where the random key is kept; made mode 0700 at the first call.
    """
    digest = _keyed(Path(private))
    path = Path(path)
    if path.is_dir():
        for name, stat in tree(path):
            digest.update(
                f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(errors="surrogateescape")
            )
    elif path.exists():
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:16]


def values_stamp(values: Iterable[str], private: str | Path = "private") -> str:
    """Return an HMAC of a few values of the identified side, keyed as `content_stamp` is.

    Parameters
    ----------
    values
        Their order does not count.
    private
        The identified side, where the random key is kept.
    """
    digest = _keyed(Path(private))
    digest.update("\n".join(sorted(values)).encode())
    return digest.hexdigest()[:16]


def _keyed(private: Path) -> hmac.HMAC:
    salt = private / "salt"
    if not salt.exists():
        salt.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = salt.with_name(f".salt.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(32))
        temporary.replace(salt)
    return hmac.new(salt.read_bytes(), digestmod="sha256")


def settings_stamp(settings: Mapping[str, object]) -> str:
    """Return a digest of settings: the stamp of inputs that a rule makes out of them."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the versions of bonescint and of the libraries that compute or write results."""
    return {"bonescint": __version__} | {name: metadata.version(name) for name in LIBRARIES}
