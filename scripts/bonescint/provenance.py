"""What a result was made of: digests of code, stamps of inputs, versions of libraries (R37)."""

import ast
import csv
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bonescint import __version__
from bonescint.bundled import bundle_name
from bonescint.folders import files_below
from bonescint.kept import DerivedFacts
from bonescint.registered import registered
from bonescint.resources import ROOT

_PACKAGE = Path(__file__).resolve().parent
# libraries that compute or write results; requirements.lock lists the rest of the environment
LIBRARIES = (
    "snakemake",
    "pydicom",
    "pylibjpeg",
    "pylibjpeg-libjpeg",
    "pylibjpeg-openjpeg",
    "numpy",
    "scipy",
    "openpyxl",
    "xlsxwriter",
    "matplotlib",
    "matplotlib-fontja",
    "pyrage",
    "jinja2",
)
# functions whose first argument, a literal, names a data file
_NAMED_BY = {
    "Texts": "resources/text/{}.csv",
    "both": "resources/text/{}.csv",
    "columns": "resources/tables/{}.csv",
    "declaration": "resources/tables/{}.csv",
    "load_columns": "schemas/{}.schema.yaml",
}
_MEANINGS = ("ja", "en")  # columns of a declaration that only the documents show
_WITH_VALUE = (ast.Constant, ast.MatchSingleton)  # their values may be false: 0, None
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class _Source(NamedTuple):
    """The content of a file of code, and what it reads of the project."""

    code: str  # digest of its statements
    imported: frozenset[tuple[str, str]]  # (module, name taken from it, empty for the whole module)
    bound: Mapping[str, tuple[str, str]]  # name -> what its own imports bind to it
    is_face: bool  # it only passes on names that its modules define
    files: frozenset[str]


class _Reader:
    """One pass over a file's statements: their content, imports, and literals that name files."""

    def __init__(self, file: Path) -> None:
        self.said: list[str] = []
        self.imported: set[tuple[str, str]] = set()
        self.files: set[str] = set()
        self._folder = str(PurePosixPath(_name_of(file)).parent)
        self._pieces: set[int] = set()

    def read(self, value: object, counts: bool = True) -> None:
        """Read a node, a list of nodes or a value. `counts` is whether its imports count."""
        if isinstance(value, list):
            for one in value:
                self.read(one, counts)
            self.said.append("]")
        elif not isinstance(value, ast.AST):
            self.said.append(repr(value))
        else:
            self.said.append(type(value).__name__)
            if isinstance(value, _WITH_DOCSTRING) and ast.get_docstring(value, clean=False):
                del value.body[0]
            elif isinstance(value, ast.Import | ast.ImportFrom) and counts:
                self.imported |= set(_bound(value).values())
            elif isinstance(value, ast.JoinedStr):
                # the parts of f"text/{area}.csv" name neither a file nor the folder
                self._pieces |= set(map(id, value.values))
            elif isinstance(value, ast.Call | ast.Constant) and id(value) not in self._pieces:
                self._name(value)
            idle = _is_idle(value)
            for field in value._fields:
                inside = getattr(value, field, None)
                # the position of a name tells whether it is read or set, so `ctx` adds nothing
                if (inside or isinstance(value, _WITH_VALUE)) and field != "ctx":
                    self.said.append(field)
                    self.read(inside, counts and not (idle and field == "body"))
            self.said.append(")")

    def _name(self, node: ast.Call | ast.Constant) -> None:
        match node:
            case ast.Constant(value=str(name)):
                named = {name, f"resources/{name}", f"{self._folder}/{name}"}
                self.files |= named & _data_files().keys()
                if name.endswith("/"):  # a folder of data that is read as a whole
                    self.files |= {f for f in _data_files() if f.startswith(f"resources/{name}")}
            case ast.Call(
                func=ast.Name(id="registered"),
                args=[ast.Constant(value=str(package)), ast.Constant(value=str(literal))],
            ):
                self.files.add(f"{package}:{literal}")
            case ast.Call(func=ast.Name(id=function), args=[ast.Constant(value=str(name)), *_]):
                if function in _NAMED_BY:
                    self.files |= {_NAMED_BY[function].format(name)} & _data_files().keys()


def _is_idle(node: ast.AST) -> bool:
    """Tell whether a block's imports cannot change a result: no job runs it, or a failing one."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.ExceptHandler(body=[*_, ast.Raise()]):
            return True
    return False


def _bound(node: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, str]]:
    """Return the names that an import of bonescint binds: name -> (module, name in it)."""
    if isinstance(node, ast.Import):
        found = {alias.asname or alias.name: (alias.name, "") for alias in node.names}
    else:
        # the project's imports are absolute (tests/unit/test_layers.py)
        found = {a.asname or a.name: (node.module or "", a.name) for a in node.names}
    return {name: of for name, of in found.items() if of[0].split(".")[0] == "bonescint"}


def _name_of(file: Path) -> str:
    """Return the path below the root of a checkout, the same where the package is installed."""
    if file.is_relative_to(_PACKAGE):
        return f"scripts/bonescint/{file.relative_to(_PACKAGE).as_posix()}"
    return file.relative_to(ROOT).as_posix()


@cache
def _data_files() -> Mapping[str, Path]:
    """Return every file that a literal may name: data, and templates."""
    folders = (ROOT / "resources", ROOT / "schemas", _PACKAGE)
    files = (Path(at, name) for top in folders for at, _, names in os.walk(top) for name in names)
    return {
        _name_of(file): file
        for file in files
        if file.suffix != ".py" and file.parent.name != "__pycache__"
    }


@cache
def _facts() -> DerivedFacts:
    # the facts also depend on the data files, because a literal names a file only if it exists
    basis = "\0".join(
        [hashlib.sha256(Path(__file__).read_bytes()).hexdigest(), *sorted(_data_files())]
    )
    return DerivedFacts(_PACKAGE / "provenance.py", basis)


@cache
def _source(file: Path) -> _Source:
    name, content = _name_of(file), file.read_bytes()
    return _Source(*_facts().of(name, content, lambda: tuple(_parsed(file, content))))


def _parsed(file: Path, content: bytes) -> _Source:
    tree = ast.parse(content)
    reader = _Reader(file)
    reader.read(tree)
    bound: dict[str, tuple[str, str]] = {}
    own = 0
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= _bound(node)
        else:
            own += not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    code = hashlib.sha256("\0".join(reader.said).encode()).hexdigest()
    is_face = file.name == "__init__.py" and bool(bound) and not own
    return _Source(code, frozenset(reader.imported), bound, is_face, frozenset(reader.files))


@cache
def _file_of(module: str) -> Path | None:
    """Return the file of a module or package, None if there is none of this name."""
    path = _PACKAGE.joinpath(*module.split(".")[1:])
    return next(
        (f for f in (path / "__init__.py", path.with_suffix(".py")) if f.is_file()),
        None,
    )


def _followed(module: str, name: str) -> Iterator[Path]:
    """Yield the files that an import reads. For a package this is the one that defines the name."""
    file = _file_of(module)
    if file is None:
        return  # it cannot be imported
    if file.name != "__init__.py":
        yield file
    elif name in ("", "*"):
        yield from sorted(file.parent.rglob("*.py"))
    elif (face := _source(file)).is_face and name in face.bound:
        yield from _followed(*face.bound[name])
    elif name not in face.bound and _file_of(f"{module}.{name}"):
        yield from _followed(f"{module}.{name}", "")
    else:
        yield file


@cache
def _content(name: str) -> str:
    package, _, literal = name.partition(":")
    if literal:  # the declarations of a package's modules
        return hashlib.sha256(json.dumps(registered(package, literal)).encode()).hexdigest()
    file = _data_files()[name]
    data = file.read_bytes()
    if file.parent == ROOT / "resources" / "tables":
        header, *rows = csv.reader(data.decode("utf-8-sig").splitlines(keepends=True))
        kept = [n for n, title in enumerate(header) if title not in _MEANINGS]
        data = repr([[row[n] for n in kept] for row in (header, *rows)]).encode()
    return hashlib.sha256(data).hexdigest()


@cache
def code_files(script: str, *modules: str) -> dict[str, str]:
    """Return the files that a script's results depend on: path below the root -> digest.

    These are the script, and the modules of bonescint that it and they import, anywhere in a file.
    Also included are data files that they name as literals, of resources/, of schemas/ or beside a
    module, and the declarations of a package's modules (`registered`). From the declarations of
    tables the meanings of the columns are left out, because only the documents show them. A package
    is followed to the module that defines the imported name. A package that is imported as a whole
    counts with all its modules. Imports for type checkers are left out. So are imports in a handler
    that ends in ``raise``, because only a failing job reads them.

    Parameters
    ----------
    script
        A script relative to the project's root.
    *modules
        Modules that it imports by a name given at run time, such as
        ``bonescint.questions.accuracy``.
    """
    pending = [ROOT / script, *(file for name in modules for file in _followed(name, ""))]
    seen: set[Path] = set()
    found: dict[str, str] = {}
    while pending:
        file = pending.pop()
        if file not in seen:
            seen.add(file)
            own, imported = _own_part(file)
            found |= own
            pending += imported
    _facts().keep()
    return found


@cache
def _own_part(file: Path) -> tuple[dict[str, str], frozenset[Path]]:
    """Return a file and the data it names, each with its digest, and the files that it imports."""
    source = _source(file)
    own = {data: _content(data) for data in source.files}
    own[_name_of(file)] = source.code
    return own, frozenset(f for of in source.imported for f in _followed(*of))


def code_digest(script: str, *modules: str) -> str:
    """Return a digest of a script and of all files of the project that it uses (`code_files`).

    Snakemake sees a change in a script, but not in what the script imports. As a param this digest
    makes the users of an edited module run again. Comments, docstrings and touched files do not
    change it.
    """
    digest = hashlib.sha256()
    for name, of_file in sorted(code_files(script, *modules).items()):
        digest.update(f"{name}\0{of_file}\0".encode())
    return digest.hexdigest()[:16]


def content_stamp(path: str | Path, private: str | Path = "private") -> str:
    """Return an HMAC of an input's content, so that a list restored with an older date is noticed.

    Snakemake compares dates of inputs with dates of outputs. If an older file replaces a newer one,
    it notices nothing, and a patient who declined would stay. The hash has a key, because Snakemake
    stores params in clear text and a short list of IDs could be guessed from a plain hash.

    Parameters
    ----------
    path
        A table (its bytes count) or a folder (names, sizes, times and modes count). An unreadable
        path has the stamp of nothing. The code that reads it reports this, without a path on the
        screen.
    private
        The identified side, which keeps the random key. It gets mode 0700 at the first call.
    """
    digest = _keyed(Path(private))
    path = Path(path)
    with suppress(OSError):
        if path.is_dir():
            for path_in, size, modified, mode, refusal, _ in files_below(path):
                line = f"{path_in}\0{size}\0{modified}\0{mode}\0{refusal}\n"
                digest.update(line.encode(errors="surrogateescape"))
        else:
            with path.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()[:16]


def values_stamp(values: Iterable[str]) -> str:
    """Return an HMAC of a few values of the identified side, with the key of `content_stamp`.

    The order of the values does not count.
    """
    digest = _keyed(Path("private"))
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
    """Return a digest of settings, as a stamp of the inputs that a rule makes from them."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the versions of bonescint, its bundle if any, and the libraries that make results."""
    name = bundle_name()
    program = {"bonescint": __version__} | ({"bundle": name} if name else {})
    return program | {library: metadata.version(library) for library in LIBRARIES}
