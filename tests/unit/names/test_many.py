"""Many names and texts are looked for in one pass, and found where each alone is."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.names.automaton import ManyTexts
from bonescint.names.full import FullNames
from bonescint.text.folding import fold_name

FAMILIES = (
    "YAMADA=山田=ヤマダ", "OHNO=大野=オオノ", "MORI=森=モリ", "OE=大江=オオエ",
    "KATO=加藤=カトウ", "SHIMIZU=清水=シミズ", "HONMA=本間=ホンマ",
    "KITA 2=北=キタ", "YAGYU=柳生=ヤギュウ",
)  # fmt: skip
GIVEN = (
    "HANAKO=花子=ハナコ",
    "AI=愛=アイ",
    "YUU=優=ユウ",
    "JUN ICHI=純一=ジュンイチ",
    "AYA=綾=アヤ",
)
_SEPARATORS = ("", " ", "^", ", ", "<b>", "</td>\n<td class='x'>", " - ", "\n", "x", " " * 9)
_BEHIND = ("", " ", "\n", ",", "様", "san", "3", "林", "a", "ア")
_parts = st.tuples(st.sampled_from(FAMILIES), st.sampled_from(GIVEN))


def _scripts(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(zip(*(part.split("=") for part in parts), strict=True))


@st.composite
def _written(draw) -> str:
    """Return a name as somebody writes it, or what looks like one."""
    parts = draw(st.sampled_from(_scripts(draw(_parts))))
    text = draw(st.sampled_from(_SEPARATORS)).join(draw(st.permutations(parts)))
    spelling = draw(
        st.sampled_from([("", ""), ("OH", "OO"), ("U", "UU"), ("SHI", "SI"), ("ョ", "ヨ")])
    )
    return text.replace(*spelling) if spelling[0] else text


_headers = st.one_of(
    _parts.map(lambda parts: "=".join("^".join(script) for script in _scripts(parts))),
    _parts.map(lambda parts: "^".join(_scripts(parts)[0])),
    st.tuples(_parts, st.sampled_from(GIVEN)).map(
        lambda both: "^".join(part.split("=")[0] for part in (*both[0], both[1]))
    ),
    _parts.map(lambda parts: "".join(_scripts(parts)[2])),
    _parts.map(lambda parts: f"{_scripts(parts)[0][0]}7^{_scripts(parts)[1][1]}"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_headers, min_size=1, max_size=30),
    st.lists(st.tuples(_written(), st.sampled_from(_BEHIND)), max_size=20),
)
def test_many_names_are_found_where_each_alone_is(names, written):
    text = fold_name("".join(name + behind for name, behind in written))
    full = FullNames(names)
    alone = {m.span() for p in full.suspects(text) for m in re.finditer(p, text)}
    assert set(full.find(text)) == alone
    assert full.named_in(text) == {p for p in full.suspects(text) if re.search(p, text)}
    # no name hides another one
    each = {span for name in set(names) for span in FullNames([name]).find(text)}
    assert each <= set(full.find(text))


def test_a_long_list_of_namesakes_costs_little() -> None:
    """Every family name and every given name is in the table, but no full name."""
    names = [f"{a}DA^{b}KO" for a in _syllables("KSTNHM") for b in _syllables("RYGZBN")]
    both = [(a, b) for a in _syllables("kstnhm") for b in _syllables("rygzbn")]
    text = "".join(f"{a}da {1:09} {b}ro {2:09} {a}be {3:09} {b}ko {4:09}\n" for a, b in both)
    full = FullNames(names)
    assert len(list(full.suspects(text))) == len(names) == 900
    start = time.process_time()
    assert not list(full.find(text))
    taken = time.process_time() - start
    start = time.process_time()
    for pattern in list(full.suspects(text))[:30]:
        assert not re.search(pattern, text)
    assert taken < time.process_time() - start


def _syllables(consonants: str) -> list[str]:
    vowels = "AIUEO" if consonants.isupper() else "aiueo"
    return [f"{c}{v}" for c in consonants for v in vowels]


def test_texts_overlap_and_half_pairs_are_no_obstacle() -> None:
    many = ManyTexts(["ab", "bc", "abc", "", "山"])
    assert many.found_in("xabc\ud800山") == {"ab", "bc", "abc", "山"}
    assert many.places_in("ab\ud800\ud800山ab") == {"ab": [0, 5], "山": [4]}
    assert not ManyTexts([""]) and not ManyTexts([]).found_in("a") and not many.places_in("")
