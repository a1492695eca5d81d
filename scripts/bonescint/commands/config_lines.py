"""Changes a few lines of config.yaml, as a person would: the rest of the text stays."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import Texts

_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)


def flow(value: Any) -> str:
    """Return a text, a number, None or a mapping of such as it stands in one line of YAML."""
    dumped = yaml.safe_dump(
        [value], default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return dumped.strip()[1:-1]


def with_values(content: str, area: str, name: str, values: Mapping[str, Any]) -> str | None:
    """Return a configuration's text with an entry's new values; None if a person must set them.

    Parameters
    ----------
    content
        The text, with or without comments.
    area, name
        The entry: ``software``, ``vsbone3``; a list may be a path alone (``inputs``, ``opt_out``).
    values
        Key -> value; other keys of the entry stay.
    """
    try:
        before = yaml.safe_load(content)
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    entry = _child(_child(root, area), name)
    if entry is None:
        return None
    old = before[area][name]
    wanted = {**(old if isinstance(old, dict) else {}), **values}
    if isinstance(entry, yaml.MappingNode) and not entry.flow_style:
        after = _in_block(content, entry, values)
    else:
        after = _replaced(content, entry, flow(wanted))
    if after is None:
        return None
    try:
        expected = {**before, area: {**before[area], name: wanted}}
        return after if yaml.safe_load(after) == expected else None
    except yaml.YAMLError:
        return None


def write_kept(file: Path, content: bytes, text: Texts) -> Path:
    """Write a configuration, and return the path of the copy of the former one.

    Raises
    ------
    InputError
        If it cannot be written. The file is then unchanged.
    """
    old = file.read_bytes()
    kept, n = file.with_name(f"{file.name}.old"), 1
    while kept.exists() and kept.read_bytes() != old:
        n += 1
        kept = file.with_name(f"{file.name}.old{n}")
    try:
        for path, data in ((kept, old), (file, content)):
            with replacing(path, "wb") as stream:
                stream.write(data)
    except OSError:
        raise InputError(text("not_writable", file=file)) from None
    return kept


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _replaced(content: str, node: yaml.Node, new: str) -> str | None:
    """Return the text with a node's value replaced; None if comments would be lost."""
    start, end = node.start_mark.index, _end(node)
    if _COMMENT.search(content[start:end]) and not isinstance(node, yaml.ScalarNode):
        return None
    # a null value may be written as nothing after the colon
    blank = " " if start == end and content[start - 1 : start] == ":" else ""
    return content[:start] + blank + new + content[end:]


def _in_block(content: str, entry: yaml.MappingNode, values: Mapping[str, Any]) -> str | None:
    """Return the text with new values in an entry that has one line for each key."""
    new = {key: value for key, value in values.items() if _child(entry, key) is None}
    first, last = entry.value[0][0], entry.value[-1][1]
    # from the end backwards, so that earlier positions stay valid
    lines = content.find("\n", _end(last))
    at = len(content) if lines < 0 else lines
    newline = "\r\n" if "\r\n" in content else "\n"
    at -= content[at - 1 : at] == "\r"
    indent = newline + " " * first.start_mark.column
    after: str | None = content[:at] + "".join(
        f"{indent}{key}: {flow(value)}" for key, value in new.items()
    ) + content[at:]  # fmt: skip
    for key, value in reversed(entry.value):
        if after is not None and key.value in values:
            after = _replaced(after, value, flow(values[key.value]))
    return after


def _end(node: yaml.Node) -> int:
    """Return where a node's text ends. The end mark of a block is where the next node begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
