"""Who is in an index: one person for all spellings, one person for two IDs that belong together."""

from hypothesis import given
from hypothesis import strategies as st

from bonescint.dicom import INDEX_COLUMNS
from bonescint.files import read_rows, write_rows
from bonescint.identity.people import connected, read_lines, read_people, spellings


def index(folder, *people):
    keys = ("path", "patient_id", "other_patient_ids", "patient_name")
    path = folder / "index.csv"
    write_rows(path, INDEX_COLUMNS, (dict(zip(keys, person, strict=True)) for person in people))
    return path


def test_spellings_of_one_id_are_one_person(tmp_path):
    people = read_people(
        index(tmp_path, ("a", "0012", "", "A^B"), ("b", "１２", "", "A^B"), ("c", "3", "", ""))
    )
    assert people.subjects == ["12", "12", "3"]
    assert spellings(people, {"12", "9"}) == {
        "12": ({"12", "0012", "１２"}, {"A^B"}),
        "9": ({"9"}, set()),
    }


def test_other_ids_bind_persons(tmp_path):
    people = read_people(
        index(tmp_path, ("a", "1", "0002\\ ７", "A"), ("b", "2", "", "A"), ("c", "3", "3", "C"))
    )
    assert people.pairs == {("1", "2"), ("1", "7")}
    assert connected(["7"], people.pairs) == {"1", "2", "7"}
    assert connected(["3"], people.pairs) == {"3"}


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"))] * 2)))
def test_lines_are_the_table(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("lines") / "t.csv"
    write_rows(path, ["a", "b"], ({"a": a, "b": b} for a, b in rows))
    copy = path.with_name("copy.csv")
    copy.write_bytes("".join(f"{line}\n" for line in read_lines(path)).encode())
    assert copy.read_bytes() == path.read_bytes()
    assert list(read_rows(copy)) == list(read_rows(path))
