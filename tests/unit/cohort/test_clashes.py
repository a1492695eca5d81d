"""Two files with one SOP Instance UID: what stays, what is out, and what is read to decide."""

from hashlib import sha256
from pathlib import Path

import pytest

from bonescint.cohort.clashes import clashes


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def reasons(
    folder: Path, contents: dict[str, str | None], *released: str, beside: str = ""
) -> dict[str, str]:
    """Return path -> reason of files that all have one UID; a content of None is gone."""
    for path, content in contents.items():
        if content is not None:
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content)
    files = [(path, "1.2") for path in contents if path not in beside.split()]
    hashes = frozenset(map(digest, released))
    found = clashes(files, folder, hashes, [(path, "1.2") for path in beside.split()])
    for path, clash in found.items():
        content = contents[path]
        assert clash.sha256 == ("" if content is None else digest(content))
    return {path: clash.reason for path, clash in found.items()}


@pytest.mark.parametrize(
    ("contents", "released", "expected"),
    [
        ({"a": "x"}, "", {}),
        ({"a": "x", "b": "x"}, "", {"b": "duplicate"}),
        # in the order of the paths, wherever the index had them
        ({"z/a": "x", "b": "x", "y/c": "x"}, "", {"y/c": "duplicate", "z/a": "duplicate"}),
        ({"a": "x", "b": "y"}, "", {"a": "conflict", "b": "conflict"}),
        ({"a": "x", "b": "y", "c": "x"}, "", dict.fromkeys("abc", "conflict")),
        ({"a": "x", "b": "y", "c": "x"}, "x", {"b": "conflict", "c": "duplicate"}),
        ({"a": "x", "b": "y", "c": "x"}, "y", {"a": "conflict", "c": "conflict"}),
        # both are released, or a third content: it is still open which one is true
        ({"a": "x", "b": "y"}, "xy", {"a": "conflict", "b": "conflict"}),
        ({"a": "x", "b": "y"}, "z", {"a": "conflict", "b": "conflict"}),
        # a file that is gone may have held anything
        ({"a": "x", "b": None}, "", {"a": "conflict", "b": "unreadable"}),
        ({"a": "x", "b": None, "c": "x"}, "x", {"b": "unreadable", "c": "duplicate"}),
        ({"a": None, "b": None}, "", {"a": "unreadable", "b": "unreadable"}),
    ],
)  # fmt: skip
def test_files_of_one_uid(
    tmp_path: Path, contents: dict[str, str | None], released: str, expected: dict[str, str]
) -> None:
    assert reasons(tmp_path, contents, *released) == expected


def test_a_file_that_is_out_for_another_reason_still_contradicts(tmp_path: Path) -> None:
    assert reasons(tmp_path, {"a": "x", "b": "y"}, beside="b")["a"] == "conflict"
    assert "a" not in reasons(tmp_path, {"a": "x", "b": "y"}, "x", beside="b")
    assert reasons(tmp_path, {"a": "x", "b": "y"}, "y", beside="b")["a"] == "conflict"


def test_only_what_shares_a_uid_with_a_candidate_is_read(tmp_path: Path) -> None:
    # none of these files exists
    files = [("a", "1"), ("b", "2"), ("c", ""), ("d", "")]
    beside = [("e", "3"), ("f", "3"), ("g", "")]
    assert clashes(files, tmp_path, frozenset(), beside) == {}
