"""Full names in long texts: every spelling of a whole name, never a family name alone."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.names.alike import as_kana, as_romaji
from bonescint.names.full import _INITIALS, FullNames
from bonescint.names.matcher import FIELD, Matcher
from bonescint.names.spellings import spellings
from bonescint.text.folding import fold_name, romanised, sound
from tests.unit.names.test_spellings import _SOUNDS


def named(text: str, *names: str) -> bool:
    """Tell whether a text holds one of the full names."""
    plain = fold_name(text)
    return any(re.search(pattern, plain) for pattern in FullNames(names).suspects(plain))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OHNO^YUKO", "see Ono Yuuko."), ("OHNO^YUKO", "YUKO,OONO"), ("Ono^Yuko", "yūko ōno"),
        ("SHIMIZU^JUNKO", "simizu zyunko"), ("HONMA^SINPEI", "Shimpei Homma"),
        ("OHYAMA^YUKO", "oyama yuuko"), ("OYAMA^YUKO", "Yuko OHYAMA"),
        ("オオヤ^ユウヤ", "オーヤ ユウヤ"),
        ("OHYA^YUHYA", "oya yuya"), ("ドヒョン^アキ", "ドヒョン アキ"),
        ("DOHYON^AKI", "Dohyon, Aki"),
        ("HATTORI^KYOKO", "hatsutori kyouko"), ("MÜLLER^ANNA", "Anna Mueller"),
        ("MÜLLER^ANNA", "muller, anna"), ("ｷﾖｿﾞｳ^ｽｲｺ", "キョゾウ スイコ"),
        ("キョゾウ^スイコ", "ｷﾖｿﾞｳｽｲｺ"), ("オオノ^ユウコ", "オーノ　ユーコ様"),
        ("オノ^花子", "おの 花子"), ("髙橋^花子", "花子 高橋"), ("澤^恵", "沢恵様"),
        ("林^花子", "患者林花子様"), ("YAMADA1001^HANAKO", "hanako yamada1001"),
        ("シンイチ^ッタ", "シンイチッタ"), ("X^Y=YAMADA^HANAKO^KEIKO", "yamada hanako"),
    ],
)  # fmt: skip
def test_a_full_name_in_another_spelling(name: str, text: str) -> None:
    assert named(text, name)
    assert named(text, "MORI^EMI=森^恵美", name, "KATO^AYA")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OHNO^YUKO=大野^優子=オオノ^ユウコ", "Ohno-san, 大野様, オオノさん, Yuko 優子"),
        ("OHNO", "ono"), ("ONO^AI", "onoai, o no ai"), ("MA^IN", "main, maiin, ma in"),
        ("ヤマダ^ハナ", "ヤマダハナコ"), ("ヤマダハナ", "ヤマダ"), ("林^花子", "小林花子"),
        ("OYAMA^AKI", "HIYAMA AKI, KYAMA AKI, SHIYAMA AKI, CHAHYAMA AKI"),
        ("KATO^AYA", "KATO AYAKO, SAKATO AYA"), ("LI^AN", "italian li"), ("山田^花", "山田花子"),
        # a namesake in another script keeps what is written in it
        ("キョゾウ^スイコ", "kyozou suiko"), ("KYOZOU^SUIKO", "キョゾウ スイコ"),
    ],
)  # fmt: skip
def test_a_part_of_a_name_is_no_full_name(name: str, text: str) -> None:
    assert not named(text, name)


_syllables = st.lists(st.sampled_from(sorted(_SOUNDS)), min_size=2, max_size=5).map(
    lambda kana: [*kana, "カ", "ノ"] if kana[0][0] not in "ンッ" else ["カ", *kana, "ノ"]
)


@settings(max_examples=80, deadline=None)
@given(_syllables, _syllables, st.data())
def test_a_full_name_is_also_found_by_its_part(family, given, data):
    """The less strict searches miss nothing that the search of a whole folder finds."""

    def romaji(part: list[str]) -> str:
        return fold_name("".join(data.draw(st.sampled_from(_SOUNDS[kana])) for kana in part))

    for spelt in (romaji, "".join):
        header = f"{spelt(family)}^{spelt(given)}"
        for text in (f"{spelt(family)} {spelt(given)}", f"{spelt(given)}, {spelt(family)}"):
            assert named(f"see {text}.", header)
            assert Matcher(spellings(patient=[header]), FIELD).is_named_in(FIELD.read(text))
    for part, spelt in ((family, romaji), (given, "".join)):
        if len("".join(part)) > 2:
            assert not named(spelt(part) + "様", f"{romaji(family)}^{romaji(given)}")


@settings(max_examples=300, deadline=None)
@given(_syllables, st.data())
def test_the_patterns_are_those_of_one_sound(syllables, data):
    kana = "".join(syllables)
    romaji = fold_name("".join(data.draw(st.sampled_from(_SOUNDS[one])) for one in syllables))
    heard = sound(romanised(kana))
    assert re.fullmatch(as_romaji(heard), romaji)
    assert re.fullmatch(as_kana(heard), kana)
    assert romaji[0] in _INITIALS.get(heard[0], heard[0])
    assert len(romaji) >= len(heard) - heard.count("zy")
    other = data.draw(st.text(alphabet="aiueoknsthyz", max_size=8))
    if re.fullmatch(as_romaji(heard), other):
        assert sound(other) == heard


def test_many_names_cost_what_one_does() -> None:
    text = fold_name("第四腰椎に集積亢進を認めます。Uptake in the pelvis. " * 200)
    few, many = (
        FullNames(
            f"KATO{chr(97 + n % 26)}^AYA{n}=加{chr(0x5B50 + n)}^綾=カト^アヤ" for n in range(k)
        )
        for k in (1, 1000)
    )

    def seconds(names: FullNames) -> float:
        start = time.process_time()
        for _ in range(50):
            assert not list(names.suspects(text))
        return time.process_time() - start

    assert seconds(many) < 10 * seconds(few) + 0.1
