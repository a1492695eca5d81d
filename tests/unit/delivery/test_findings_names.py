"""The findings scan knows every spelling that the scan of the images knows, and little else."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.delivery.review import known_people, scan_text
from bonescint.names.matcher import FIELD, PROSE, Matcher
from bonescint.names.reading import read
from bonescint.names.spellings import spellings

# the header's name -> what findings may say of the patient
FOUND = {
    "髙橋^花子": ["高橋様", "髙橋 様は", "高橋さんの骨シンチ", "花子さん", "花子 高橋"],
    "高橋^花子": ["髙橋様"],
    "渡邊^恵": ["渡辺様", "渡邉さん", "渡部ではなく渡辺 恵"],
    "澤田^櫻": ["沢田様", "澤田", "桜様"],
    "佐々木^愛": ["佐佐木様", "佐々木 愛"],
    "林^さくら": ["患者林様は", "林 さん", "林さくら", "さくらさん"],
    "OHNO^YUKO": ["Ono", "seen by Ohno.", "OONO YUKO", "Yuko Ōno", "オオノ", "おおのさん",
                  "ｵｵﾉ 様", "Ｏｈｎｏ", "患者 Ono-san は"],
    "ONO^AKI": ["Ohno", "オノ様", "おの さん", "オノ アキ", "aki ono"],
    "オオノ^ユウコ": ["Ohno", "おおの", "ｵｵﾉ", "オーノさん", "Yuko", "ゆうこ"],
    "ｷﾖｳｺﾞｸ^ｼﾖｳｺ": ["キョウゴク", "きょうごく", "Kyogoku", "ショウコ"],
    "KYOZOU^SUIKO=虚像^翠子=ｷｮｿﾞｳ^ｽｲｺ": ["キヨゾウ様", "虚像", "Kyozo", "翠子 虚像"],
    "LI^AN": ["Dr Li An saw", "an li", "LI様", "前回のLI ANは", "さんのAn Li"],
    "MÜLLER^ANNA": ["Mueller", "Müller", "muller"],
    "山田花子": ["山田様", "花子さん"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in FOUND.items() for t in texts])
def test_a_name_in_another_spelling(name: str, text: str) -> None:
    for kind, known in (
        ("name", known_people([name], [], [])),
        ("staff", known_people([], [], [name.replace("^", " ")])),
    ):
        assert scan_text(text, known) == (kind,)
        prose = f"第4腰椎に集積亢進を認めます。{text} 転移を疑います。"
        assert scan_text(prose, known) == (kind,)


# texts of reports, with names that are also ordinary words
INNOCENT = [
    ("NAO^TOMO=直^友=ナオ^トモ", "なお、両側とも集積を認める。"),
    ("MORI^MARI=森^真理=モリ^マリ", "胸骨のつもりで、あつまりを認める。"),
    ("HAYASHI^MEGUMI=林^恵=ハヤシ^メグミ", "小林にて撮影。"),
    ("HIGASHI^MITSUKO=東^光子", "東側の肋骨"),
    ("NAKANO^MAI", "the main lesion"),
    ("SATO^AKI", "Kitasato University, akin to the last"),
    ("ITO^EMI", "monitored chemical therapy"),
    ("LI^AN", "an italian patient, LI"),
    ("ARI^NASHI", "集積あり、転移なし"),
]


@pytest.mark.parametrize(("name", "text"), INNOCENT)
def test_ordinary_words_are_no_names(name: str, text: str) -> None:
    assert scan_text(text, known_people([name], [], [name.replace("^", " ")])) == ()


@pytest.mark.parametrize(
    ("patient_id", "text", "found"),
    [
        ("0012345678", "ID 1234-5678", True),
        ("0012345678", "１２３４ ５６７８", True),
        ("0012345678", "No12345678の", True),
        ("AB-1234", "ab1234", True),
        ("12345", "ID12345", True),
        ("12345", "12 345", True),
        ("12345", "9912345", True),
        ("1-2345", "前回の1-2345と比べ", True),
        ("12345", "12‐345", True),
        ("12345", "12-345-6", False),
        ("12345", "SUV 12.3, 4.5 mm", False),
        ("123", "123 mm", False),
        ("12345678", "12345 678", True),
        ("12345678", "1.2 mm, 34567.8 counts", False),
    ],
)
def test_ids(patient_id: str, text: str, found: bool) -> None:
    known = known_people([], [patient_id, patient_id.lstrip("0")], [])
    assert scan_text(text, known) == (("patient_id",) if found else ())


_KANA = ["カ", "キ", "サト", "ミ", "ナ", "オオ", "ノ", "ユウ", "シ", "チョウ", "ハ", "ガワ", "ショ"]
_ROMAJI = {
    "カ": ("ka",), "キ": ("ki",), "サト": ("sato", "satoh"), "ミ": ("mi",), "ナ": ("na",),
    "オオ": ("o", "oo", "oh", "ō"), "ノ": ("no",), "ユウ": ("yu", "yuu", "yū"),
    "シ": ("shi", "si"), "チョウ": ("cho", "tyo", "chou"), "ハ": ("ha",), "ガワ": ("gawa",),
    "ショ": ("sho", "syo"),
}  # fmt: skip
_KANJI = "高髙橋辺邊邉沢澤斎齋花子山田中川"
_TITLES = ["様", "さん", " 先生", "-san"]


def _spelt(data: st.DataObject, syllables: list[str], script: str) -> str:
    """Return a name's part in one of the spellings of a script."""
    kana = "".join(syllables)
    if script == "romaji":
        romaji = ""
        for syllable in reversed(syllables):
            # an h before a vowel or y is its own sound, not the length of the vowel before
            own = romaji.startswith(("o", "ō", "y"))
            forms = [form for form in _ROMAJI[syllable] if not (own and form.endswith("h"))]
            romaji = data.draw(st.sampled_from(forms)) + romaji
        return data.draw(st.sampled_from([romaji, romaji.upper(), romaji.title()]))
    hiragana = "".join(chr(ord(c) - 0x60) if c != "ー" else c for c in kana)
    return data.draw(st.sampled_from([kana, hiragana]))


_parts = st.lists(st.sampled_from(_KANA), min_size=2, max_size=4).filter(
    lambda part: (
        not any(a[-1] in "オウ" and b[0] == "オ" for a, b in zip(part, part[1:], strict=False))
    )
)


@settings(max_examples=200, deadline=None)
@given(_parts, _parts, st.data())
def test_images_and_findings_give_the_same_answer(family, given, data):
    scripts = st.sampled_from(["romaji", "kana"])
    script = data.draw(scripts)
    header = "^".join(_spelt(data, part, script) for part in (family, given))
    known, people = spellings(patient=[header]), known_people([header], [], [])
    script = data.draw(scripts)
    one, other = (_spelt(data, part, script) for part in (family, given))
    between = data.draw(st.sampled_from([" ", "^", "-", ", "]))
    texts = [
        one + between + other,
        other + between + one,
        one + data.draw(st.sampled_from(_TITLES)),
    ]
    stranger = data.draw(st.text(alphabet="まみむらりるzwqv第腰椎 ", max_size=12))
    for text in (*texts, stranger):
        image = Matcher(known, FIELD).is_named_in(read(text.encode()))
        assert Matcher(known, FIELD).is_named_in(FIELD.read(text)) == image
        assert image == (text != stranger)
        assert Matcher(known, PROSE).is_named_in(PROSE.read(text)) == image
        assert bool(scan_text(text, known_people([header], [], []))) == image
        assert bool(scan_text(f"第4腰椎。{text}、集積あり。", people)) == image


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=_KANJI, min_size=2, max_size=3),
    st.text(alphabet=_KANJI, min_size=2, max_size=3),
    st.data(),
)
def test_old_and_new_kanji_give_the_same_answer(family, given, data):
    variants = {"高": "高髙", "辺": "辺邊邉", "沢": "沢澤", "斎": "斎齋"}
    of = {old: forms for forms in variants.values() for old in forms}

    def spelt(part: str) -> str:
        return "".join(data.draw(st.sampled_from(of.get(c, c))) for c in part)

    known = known_people([f"{family}^{given}"], [], [])
    image = Matcher(spellings(patient=[f"{family}^{given}"]), FIELD)
    for text in (spelt(family) + "様", spelt(given) + " " + spelt(family), spelt(family + given)):
        assert scan_text(text, known) == ("name",)
        assert image.is_named_in(read(text.encode()))


def test_many_people_are_found_as_one_is() -> None:
    """If an index holds the forms of many names, each is found in it."""
    rng = random.Random(7)  # noqa: S311
    names = [
        "".join(rng.choice(_KANJI) for _ in range(2)) + "^" + "".join(rng.sample(_KANJI, 2))
        for _ in range(200)
    ]
    many = known_people(names, map(str, range(10_000_000, 10_000_200)), [])
    for name in names:
        assert scan_text(f"患者{name.partition('^')[0]}様", many) == ("name",)
    assert scan_text("ID10000077", many) == ("patient_id",)
    assert scan_text("第4腰椎に集積亢進", many) == ()
