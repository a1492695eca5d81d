"""The residual scan: which spellings of an identifier are found, and which innocents are not."""

import struct
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from bonescint.deid.batch import Settings, deidentify, quiet_pydicom
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import UidReplacer
from bonescint.resources import ROOT
from tests.unit.deid_bytes import STATION, changed, element
from tests.unit.deid_samples import CODE, SECRET, as_file, siemens

SETTINGS = Settings(
    load_policies(ROOT / "resources/tag_table.csv", "BONE SCINTIGRAPHY", "WHOLE BODY"),
    UidReplacer(SECRET),
    keep_secondary_capture=False,
)


def patient(**header: object) -> Dataset:
    """Return an instance of Yamada Hanako, or of somebody else, in UTF-8."""
    ds = siemens()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientTelephoneNumbers = "03-1234-5678"
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    return ds


def refused(data: bytes | Dataset) -> bool:
    """Tell whether an instance is refused for an identifier; any other refusal is a mistake."""
    with quiet_pydicom():
        try:
            deidentify(data if isinstance(data, bytes) else as_file(data), {}, CODE, SETTINGS)
        except Refused as refusal:
            assert refusal.reason == "residual-identifier"
            return True
    return False


FOUND = [
    # romaji
    "YAMADA HANAKO", "hanako yamada", "Yamada_Hanako", "Yamada-Hanako", "Yamada,Hanako",
    "YamadaHanako", "HANAKOYAMADA", "Hanako^Yamada", "H.Yamada", "Yamada H", "Y. Hanako",
    "MsYamada", "YAMADA-SAN", "nmYAMADA2", "ＹＡＭＡＤＡ", "ｈａｎａｋｏ",
    # kanji
    "山田花子", "山田 花子", "山田　花子", "花子山田", "山田・花子", "山田様", "山田さん",
    "患者:山田花子様", "山 田 花 子",
    # kana
    "ヤマダ", "ハナコ", "ヤマダハナコ", "ヤマダ・ハナコ", "ﾔﾏﾀﾞ", "ﾊﾅｺ", "ﾔﾏﾀﾞﾊﾅｺ", "やまだ",
    "はなこ", "やまだ はなこさん", "ヤマダ様",
    # those who asked and who did it
    "Suzuki", "Dr.Suzuki", "Dr. Ichiro", "ICHIRO SUZUKI", "Prof Tanaka", "tanaka jiro",
    # ID
    "0012345678", "12345678", "ID12345678", "#0012345678-1", "１２３４５６７８", "00-1234-5678",
    "1234-5678", "12 345 678", "0012 345678", "1234.5678",
    # birth date
    "19480317", "1948-03-17", "1948/03/17", "1948/3/17", "1948.3.17", "1948.03.17",
    "1948年3月17日", "1948年03月17日", "昭和23年3月17日", "S23.3.17", "s23.3.17", "S230317",
    "17.03.1948", "17/03/1948", "03/17/1948", "１９４８０３１７", "17-MAR-1948", "17MAR1948",
    "S23/3/17", "昭和23.3.17", "昭和２３年３月１７日生", "17-03-1948", "1948 03 17", "17.3.1948",
    "480317", "NM480317",
    # accession number, institution, telephone
    "ACC4711-99", "acc4711-99", "ACC471199", "ACC4711 99", "ACC4711_99",
    "Example University Hospital", "EXAMPLE UNIVERSITY HOSPITAL", "ExampleUniversityHospital",
    "03-1234-5678", "0312345678", "312345678", "03(1234)5678", "03 1234 5678", "03.1234.5678",
    "+81-3-1234-5678",
]  # fmt: skip
# what the scan is known to miss: why -> texts
GAPS = {
    "letters set apart": ["Y A M A D A", "Y.A.M.A.D.A", "ヤ マ ダ"],
    "no such spelling of the date": [
        "Mar 17, 1948", "17 March 1948", "48/03/17", "48-03-17", "48.3.17", "S23-03-17",
        "S23.03.17", "昭23.3.17", "昭和23年03月17日", "昭和二十三年三月十七日", "S.23.3.17",
        "3/17/1948", "S２３・３・１７",
    ],
    "kana whose mark of voice stands apart": ["ヤマタ゛", "やまた゛"],
}  # fmt: skip


def gaps(table: dict[str, list[str]]) -> list[object]:
    """Return test parameters of what is known to be missed."""
    return [
        pytest.param(text, marks=pytest.mark.xfail(strict=True, reason=reason))
        for reason, texts in table.items()
        for text in texts
    ]


@pytest.mark.parametrize("text", [*FOUND, *gaps(GAPS)])
def test_spellings_in_the_text_that_stays(text):
    assert refused(patient(StationName=text))


# the source's own bytes are not searched, only what was decoded from them
GARBLED = pytest.mark.xfail(strict=True, reason="garbled text is written, and not found")


@pytest.mark.parametrize("charset", ["ISO_IR 192", ["", "ISO 2022 IR 87"], "ISO_IR 13", None])
@pytest.mark.parametrize("text", ["山田様", "ﾔﾏﾀﾞ", "ヤマダ", "YAMADA", "昭和23年3月17日"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "iso2022_jp_ext"])
def test_spellings_in_any_encoding_under_any_declaration(charset, text, encoding, request):
    try:
        value = text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("not in this encoding")
    japanese = charset == "ISO_IR 13" or isinstance(charset, list)
    if text in ("ﾔﾏﾀﾞ", "昭和23年3月17日") and (
        encoding == "euc_jp" or (encoding == "utf-8" and japanese)
    ):
        request.applymarker(GARBLED)
    ds = patient(SpecificCharacterSet=charset)
    known = b"Yamada^Hanako=" + "山田^花子=ヤマダ^ハナコ".encode(
        encoding if "ext" not in encoding else "iso2022_jp"
    )
    data = changed(
        element(0x00080005, "CS", "\\".join(ds[0x00080005].value).encode())
        if isinstance(charset, list) else element(0x00080005, "CS", (charset or "").encode()),
        element(0x00100010, "PN", known),
        element(STATION, "SH", value),
    )  # fmt: skip
    assert refused(data)


# name in the header -> spellings found, spellings missed
NAMES: dict[str, tuple[list[str], list[str]]] = {
    "Ohno^Yuko": (["OHNO", "YUKO ONO", "Yūko"], ["Oono", "Ōno", "Ono"]),
    "Ōno^Yūko": (["ŌNO", "Ono", "YUKO"], ["ŌNO-1", "Yuuko", "Ohno"]),
    "Satoh^Ito": (["SATOH"], ["SATO-1", "Satō", "Itoh"]),
    "Shimizu^Junko": (["SHIMIZU"], ["Simizu", "Zyunko"]),
    "Honma^Sinpei": (["HONMA"], ["Homma", "Shimpei"]),
    "髙橋^花子": (["髙橋", "花子"], ["高橋"]),
    "渡邉^恵": (["渡邉"], ["渡辺", "渡邊"]),
    "齋藤^一郎": (["齋藤"], ["斎藤", "斉藤"]),
    "オオノ^ユウコ": (["オオノ", "ｵｵﾉ", "おおの"], ["オーノ", "ユーコ"]),
    "ヤマダ^ハナコ": (["ﾔﾏﾀﾞ", "はなこ"], ["YAMADA", "Hanako"]),
    "ﾔﾏﾀﾞ^ﾊﾅｺ": (["ヤマダ", "はなこ"], ["YAMADA"]),
    "MÜLLER^Anna": (["Müller", "MULLER", "müller"], ["Mueller"]),
    "Yamada (Suzuki)^Hanako": (["SUZUKI"], []),
    "Van der Berg^Maria": (["van der berg", "MARIA", "VANDERBERG", "V.D.BERG-1"], []),
    "山田花子": (["山田花子"], ["山田 花子", "山田", "花子"]),
    "YamadaHanako": (["YAMADAHANAKO"], ["YAMADA HANAKO"]),
    "Ono^Aki": (["ONO AKI", "Aki.Ono", "ono", "Aki", "ONOAKI"], ["ONO 2", "ONO-NM"]),
    "東^京子": (["東京子", "京子"], []),
    "林^さくら": (["林さくら", "さくら", "林"], ["林さん", "林様"]),
}


def _named() -> list[object]:
    gap = pytest.mark.xfail(strict=True, reason="another way to write the name")
    return [
        pytest.param(name, text, marks=[gap] if missed else [])
        for name, (found, not_found) in NAMES.items()
        for missed, texts in enumerate((found, not_found))
        for text in texts
    ]


@pytest.mark.parametrize(("name", "text"), _named())
def test_names_that_can_be_written_in_several_ways(name, text):
    others = {"ReferringPhysicianName": "", "OperatorsName": ""}
    assert refused(patient(PatientName=name, StationName=text, **others))


# numbers that stay: tag -> VR
NUMBERS = {0x00180070: "IS", 0x00200011: "IS", 0x00281050: "DS", 0x00181130: "DS"}
NUMBERS_FOUND = ["12345678", "0012345678", "+12345678", "-12345678", "19480317", "312345678",
                 "0312345678", "480317"]  # fmt: skip
NUMBERS_MISSED = ["12345678.0", "12345678.", "1.2345678E7", "12345678e0", "1234567.8",
                  "19480317.0", "1948.0317"]  # fmt: skip


def written_without(data: bytes, text: str) -> bool:
    """Tell whether a number is refused, or left out because it has more digits than it may."""
    with quiet_pydicom():
        try:
            return text.encode() not in deidentify(data, {}, CODE, SETTINGS).data
        except Refused as refusal:
            return refusal.reason == "residual-identifier"


@pytest.mark.parametrize("text", NUMBERS_FOUND)
@pytest.mark.parametrize("tag", NUMBERS)
def test_identifiers_in_numbers(tag, text):
    number = element(tag, NUMBERS[tag], text.encode())
    assert written_without(changed(element(0x00102154, "SH", b"03-1234-5678"), number), text)


@pytest.mark.parametrize("text", gaps({"decimals and exponents are not compared": NUMBERS_MISSED}))
def test_identifiers_in_decimals(text):
    assert written_without(changed(element(0x00281050, "DS", text.encode())), text)


def test_identifiers_among_several_numbers():
    assert refused(changed(element(0x00281050, "DS", b"6\\0012345678")))


@pytest.mark.parametrize("tag", [0x00540010, 0x00540020, 0x00540080, 0x00281050, 0x00180070])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_text_in_binary_numbers(tag, encoding):
    data = changed(element(tag, "US", "  YAMADA ".encode(encoding).ljust(20)))
    with quiet_pydicom():
        try:
            written = deidentify(data, {}, CODE, SETTINGS).data
        except Refused as refusal:
            assert refusal.reason in ("residual-identifier", "required-attribute")
            return
    assert "YAMADA".encode(encoding) not in written


@pytest.mark.xfail(strict=True, reason="vectors may have any length and content")
def test_no_text_of_anybody_in_binary_numbers():
    data = changed(element(0x00540080, "US", b"WIFE OF THE MAYOR "))
    with quiet_pydicom():
        assert b"MAYOR" not in deidentify(data, {}, CODE, SETTINGS).data


@pytest.mark.parametrize(
    "value",
    gaps({"a number is not read as a binary number": [12345678, 19480317, 312345678]}),
)
def test_identifiers_as_binary_numbers(value):
    data = changed(element(0x00189073, "FD", struct.pack("<d", value)),
                   element(0x00102154, "SH", b"03-1234-5678"))  # fmt: skip
    assert refused(data)


INNOCENT: dict[str, dict[str, object]] = {
    "study date is the birth date": {"PatientBirthDate": "20190701"},
    "study date is the ID": {"PatientID": "20190701"},
    "name No": {"PatientName": "No^Mi"},
    "name Li": {"PatientName": "Li^An", "StationName": "LIVER-ANGIO"},
    "name NM": {"OperatorsName": "NM"},
    "ID 1": {"PatientID": "1"},
    "ID 2": {"PatientID": "2"},
    "ID of zeros": {"PatientID": "00000000"},
    "ID NM": {"PatientID": "NM"},
    "ID in the UID of a SOP class": {"PatientID": "10008"},
    "ID as a UID's root": {"PatientID": "2.25"},
    "ID as the numbers of detectors": {"PatientID": "0001"},
    "ID as size": {"PatientID": "1553"},
    "ID as weight": {"PatientID": "512"},
    "ID as a dose": {"PatientID": "740"},
    "accession 1": {"AccessionNumber": "1"},
    "accession as the year": {"AccessionNumber": "2019"},
    "institution NM": {"InstitutionName": "NM"},
    "institution like the model": {"InstitutionName": "Encore2"},
    "name like the model": {"PatientName": "Encore^Anna"},
    "name like the maker": {"PatientName": "Siemens^Anna"},
    "name like this program": {"PatientName": "Bone^Cint"},
    "name like a term": {"PatientName": "Technetium^Anna"},
    "name like a fixed text": {"PatientName": "Whole^Body"},
    "name left out by others": {"PatientName": "ANONYMOUS", "StationName": "ANONYMOUS"},
    "ID left out by others": {"PatientID": "REMOVED", "StationName": "NM REMOVED"},
    "nobody": {"PatientName": "", "PatientID": "", "PatientBirthDate": ""},
    "part of the institution": {"StationName": "EXAMPLE-NM1"},
    "word of the institution": {"StationName": "HOSPITAL2"},
    "telephone of the emergency": {"PatientTelephoneNumbers": "119", "StationName": "NM1192"},
}
OVERDONE = {
    "a short name within a word": {"PatientName": "Sato^Aki", "StationName": "KITASATO-NM"},
    "Mori within a word": {"PatientName": "Mori^Aki", "StationName": "MEMORIAL1"},
    "a title among the physicians": {"ReferringPhysicianName": "Room^Dr", "OperatorsName": "Tech"},
}


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_values_are_not_refused(name):
    assert not refused(patient(**INNOCENT[name]))


@pytest.mark.parametrize("name", gaps({"four letters are found within other words": [*OVERDONE]}))
def test_names_within_other_words_are_not_refused(name):
    assert not refused(patient(**OVERDONE[name]))


def test_innocent_chance_is_rare():
    # short numbers against the UIDs and numbers of one file
    hit = [n for n in range(1000, 10_000, 60) if refused(patient(AccessionNumber=str(n)))]
    assert hit == []


def test_a_row_of_the_batch_is_known_too():
    data = as_file(patient(PatientName="", PatientID="", StationName="YAMADA"))
    row = {"patient_name": "Yamada^Hanako", "patient_id": "0012345678"}
    with quiet_pydicom(), pytest.raises(Refused, match="residual-identifier"):
        deidentify(data, row, CODE, SETTINGS)


MOJIBAKE = ["ISO_IR 100", "ISO_IR 144", "ISO_IR 13", "ISO_IR 192", "ISO 2022 IR 87"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("charset", MOJIBAKE)
def test_a_name_is_found_though_the_declared_character_set_garbles_it(charset, encoding, request):
    if charset in ("ISO_IR 100", "ISO_IR 144") and encoding != "euc_jp":
        request.applymarker(GARBLED)
    data = changed(
        element(0x00080005, "CS", charset.encode().ljust(14)),
        element(0x00100010, "PN", "山田^花子".encode(encoding)),
        element(STATION, "SH", "山田様".encode(encoding)),
    )
    assert refused(data)


@pytest.mark.parametrize("vr", ["OB", "UN", "UT", "LO", "SQ", "AT"])
def test_a_name_is_known_whatever_its_vr(vr):
    data = changed(element(0x00100010, vr, b"YAMADA^HANAKO"), element(STATION, "SH", b"YAMADA"))
    assert refused(data)


@pytest.mark.xfail(strict=True, reason="of an element that stands twice only the last is known")
def test_both_of_two_names_are_known():
    names = element(0x00100010, "PN", b"YAMADA^HANAKO ") + element(0x00100010, "PN", b"Sato^Aki")
    with quiet_pydicom():
        try:
            written = deidentify(
                changed(names, element(STATION, "SH", b"YAMADA")), {}, CODE, SETTINGS
            )
        except Refused:
            return
    assert dcmread(BytesIO(written.data)).get("StationName") != "YAMADA"
