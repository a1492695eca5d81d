"""Read a configuration in YAML, and tell line and column of every mistake.

Snakemake does not tell them, takes the last of two equal keys, and ends in a traceback if the file
is not UTF-8. Therefore the file is read here first. All messages are in both languages, because the
configured language is not known yet.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bonescint.errors import InputError
from bonescint.resources import both
from bonescint.text.encodings import file_encoding, fitting

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
# text in quotation marks, or behind a #, which is not checked as YAML
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?:^|(?<=\s))#.*")
# a quotation mark that is left when the closed ones are masked
_OPEN_QUOTE = re.compile(r"(?:^|[:,\[{-])\s*[\"']")
_WIDE_SPACE = "\u3000"
_DASH = re.compile(r"\s*-(?=[^\s\-.\d])")
# mistakes in a line, in the order of the search; the end of the match is the place of the mistake
_SLIPS = (
    ("yaml_tab", re.compile(r"[ \u3000]*\t")),
    ("yaml_wide_space", re.compile(r"[ \t]*(?:- +)*\u3000|[^:\uff1a]+:\u3000")),
    (
        "yaml_wide_sign",
        re.compile(r"(?:.*:\s+|\s*-\s+)[\uff5b\uff3b]|.*[\[{].*?[\uff0c\uff5d\uff3d]"),
    ),
    ("yaml_wide_colon", re.compile(r"[^:\uff1a]+\uff1a")),
    ("yaml_dash", _DASH),
    ("yaml_no_space", re.compile(r"[^:]+:(?=[^\s:/\\])")),
    # a word in the place of a key; an item of a list or a bracket needs no colon
    ("yaml_no_colon", re.compile(r"\s*[^\s\-\[\]{},:#\"'|>&*!?%@`\uff1a][^:\uff1a]*$")),
)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping of a YAML file. An empty file gives an empty one.

    The file is UTF-8 with or without a mark.

    Raises
    ------
    InputError
        If it is missing, not UTF-8, not YAML or no mapping, if it has a key twice, or a full-width
        colon or space in the place of an ASCII one. The message is in both languages.
    """
    try:
        content = _decoded(path)
    except FileNotFoundError:
        raise InputError(both("config", "yaml_no_file", file=path)) from None
    try:
        # the nodes of a document have their line and column
        loader = yaml.SafeLoader(content)
        node = loader.get_single_node()
        if node is None:
            return {}
        problems = list(_slips(node, loader, path))
        if not isinstance(node, yaml.MappingNode):
            problems = [_told(path, *_slip(content, range(content.count("\n") + 1)))]
        if not problems:
            return dict(loader.construct_document(node))
    except yaml.YAMLError as error:
        problems = [_told(path, *_place(error, content))]
    except RecursionError:
        problems = [both("config", "yaml_wrong", file=path, line=1, column=1)]
    raise InputError(problems)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    encoding = file_encoding(data) or next(fitting(data), "?")
    if encoding == "utf-8":
        return data.decode("utf-8-sig")
    try:
        place = len(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        place = error.start
    line = data.count(b"\n", 0, place) + 1
    raise InputError(both("config", "yaml_encoding", file=path, line=line, encoding=encoding))


def _told(path: Path, key: str, line: int, column: int) -> str:
    """Return the sentence for a mistake. Line and column count from 0 here, and from 1 in it."""
    return both("config", key, file=path, line=line + 1, column=column + 1)


def _place(error: yaml.YAMLError, content: str) -> tuple[str, int, int]:
    """Return the cause of a parser's error: key of a text, line, column."""
    if isinstance(error, yaml.reader.ReaderError):
        before = content[: error.position]
        return "yaml_character", before.count("\n"), len(before) - before.rfind("\n") - 1
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return "yaml_wrong", 0, 0
    begun = getattr(error, "context_mark", None)
    if str(getattr(error, "context", "")).startswith("while scanning") and begun is not None:
        # the parser stops only at the next line, or at the end of the file for a quotation mark
        if "escape" in str(getattr(error, "problem", "")):
            return "yaml_escape", mark.line, mark.column - 1
        mark = begun
        if content[mark.index : mark.index + 1] in ("'", '"'):
            return "yaml_quote", mark.line, mark.column
    lines = content.splitlines()
    above = [n for n in range(mark.line) if _bare(lines[n]).strip()][-1:]
    line = lines[mark.line] if mark.line < len(lines) else ""
    if line[mark.column : mark.column + 1] == "\t":
        return "yaml_tab", mark.line, mark.column
    if "mapping values" in str(getattr(error, "problem", "")):
        bare = _bare(line)
        other = any(slip.match(bare) for slip in (_SLIPS[2][1], _DASH))
        if re.search(r":\s", bare[: mark.column]) and not other:
            return "yaml_two_colons", mark.line, mark.column
        found = _slip(content, [*above, mark.line])
    else:
        found = _slip(content, [mark.line, *above])
    return found if found[0] != "yaml_no_mapping" else _opened(lines, mark, begun)


def _opened(lines: Sequence[str], mark: yaml.Mark, begun: yaml.Mark | None) -> tuple[str, int, int]:
    """Return the quotation mark or bracket that was not closed, otherwise the parser's place."""
    for n, line in enumerate(lines[: mark.line + 1]):
        if match := _OPEN_QUOTE.search(_bare(line)):
            return "yaml_quote", n, match.end() - 1
    if begun is not None and begun.line < mark.line:
        opening = lines[begun.line][begun.column : begun.column + 1]
        if opening in ("{", "["):
            return "yaml_bracket", begun.line, begun.column
    return "yaml_wrong", mark.line, mark.column


def _slip(content: str, among: Sequence[int] | range) -> tuple[str, int, int]:
    """Return the first mistake in some lines: key of a text, line, column."""
    lines = content.splitlines()
    for n in among:
        bare = _bare(lines[n]) if n < len(lines) else ""
        for key, slip in _SLIPS:
            if bare.strip() and (match := slip.match(bare)):
                # for a missing colon only the line is known
                column = (
                    match.end() - 1 if key != "yaml_no_colon" else len(bare) - len(bare.lstrip())
                )
                return key, n, column
    return "yaml_no_mapping", 0, 0


def _bare(line: str) -> str:
    """Return a line with quoted texts and comment masked. Every character keeps its place."""
    return _QUOTED.sub(lambda m: ("\0" if m[0][0] != "#" else " ") * len(m[0]), line).rstrip()


def _slips(node: yaml.Node, loader: yaml.SafeLoader, path: Path) -> Iterator[str]:
    """Yield mistakes in well-formed YAML, each with its place."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue  # an alias
        seen.add(id(one))
        if isinstance(one, yaml.SequenceNode):
            waiting += reversed(one.value)
        elif isinstance(one, yaml.MappingNode):
            yield from _keys(one, path)
            waiting += reversed([value for _, value in one.value])
        elif isinstance(one, yaml.ScalarNode):
            yield from _scalar(one, loader, path)


def _keys(node: yaml.MappingNode, path: Path) -> Iterator[str]:
    first: dict[str, yaml.Mark] = {}
    for key, _ in node.value:
        name, mark = str(key.value), key.start_mark
        where = {"file": path, "line": mark.line + 1}
        for slip, sign in (("yaml_wide_colon", "\uff1a"), ("yaml_wide_space", _WIDE_SPACE)):
            if sign in name and key.style is None:
                column = mark.column + name.index(sign) + 1
                yield both("config", slip, **where, column=column)
        if (before := first.setdefault(name, mark)) is not mark:
            values = {"key": name, "first": before.line + 1}
            yield both("config", "yaml_twice", **where, column=mark.column + 1, **values)


def _scalar(node: yaml.ScalarNode, loader: yaml.SafeLoader, path: Path) -> Iterator[str]:
    mark, value = node.start_mark, str(node.value)
    where = {"file": path, "line": mark.line + 1}
    if node.tag == _TIMESTAMP:
        try:
            loader.construct_yaml_timestamp(node)
        except ValueError:
            yield both("config", "yaml_no_date", **where, column=mark.column + 1)
    if node.style is None and (value != value.strip(_WIDE_SPACE) or f"{_WIDE_SPACE}#" in value):
        column = mark.column + value.index(_WIDE_SPACE) + 1
        yield both("config", "yaml_wide_space", **where, column=column)
