"""Who is in an index: one person for all spellings, one person for two IDs that belong together."""

from hypothesis import given
from hypothesis import strategies as st

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.identity.people import connected, read_lines, read_people, spelled_in_headers


def index(folder, *people):
    keys = ("path", "patient_id", "other_patient_ids", "patient_name")
    path = folder / "index.csv"
    write_rows(path, columns("index"), (dict(zip(keys, person, strict=True)) for person in people))
    return path


def test_spellings_of_one_id_are_one_person(tmp_path):
    people = read_people(
        index(tmp_path, ("a", "0012", "", "A^B"), ("b", "１２", "", "A^B"), ("c", "3", "", ""))
    )
    assert people.subjects == ["12", "12", "3"]
    assert spelled_in_headers(people, {"12", "9"}) == {
        "12": ({"12", "0012", "１２"}, {"A^B"}),
        "9": ({"9"}, set()),
    }


def test_other_ids_bind_persons(tmp_path):
    people = read_people(
        index(
            tmp_path,
            ("a", "11", "0022\\ ７７\\NONE\\0", "A"),
            ("b", "22", "", "A"),
            ("c", "33", "33", "C"),
        )
    )
    assert people.pairs == {("11", "22"), ("11", "77")}
    assert connected(["77"], people.pairs) == {"11", "22", "77"}
    assert connected(["33"], people.pairs) == {"33"}


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"))] * 2)))
def test_lines_are_the_table(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("lines") / "t.csv"
    write_rows(path, ["a", "b"], ({"a": a, "b": b} for a, b in rows))
    copy = path.with_name("copy.csv")
    copy.write_bytes("".join(f"{line}\n" for line in read_lines(path)).encode("utf-8-sig"))
    assert copy.read_bytes() == path.read_bytes()
    assert list(read_rows(copy)) == list(read_rows(path))


def test_a_placeholder_id_joins_no_patients(tmp_path):
    # a device writes one number where it has none
    rows = [(str(n), str(100 + n), "99999999", "A") for n in range(9)]
    people = read_people(index(tmp_path, *rows, ("x", "42", "4711", "X")))
    assert people.pairs == {("42", "4711")}
