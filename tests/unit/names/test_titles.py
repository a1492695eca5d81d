"""A title or a word of an institution is told from the words of a report."""

import pytest

from bonescint.delivery.review import known_people, scan_text

NOBODY = known_people([], [], [])


@pytest.mark.parametrize(
    "text",
    [
        "架空先生に報告しました。",
        "架空 先生と確認",
        "担当の架空医師へ",
        "撮像: 架空技師",
        "看護師 架空による",
        "架空教授の依頼",
        "架空様、前回と著変なし。",
        "架空花子 様の骨シンチ",
        "架空様骨シンチグラフィ",
        "架空様前回との比較",
        "架空 殿",
        "架空氏と相談",
        "架空さんの検査",
        "Dr. Kakuu",
        "Dr Kakuu に連絡",
        "架空Dr.より",
        "DR. KAKUU",
        "Ｄｒ．架空",
        "ＤＲ．架空",
        "dr kakuu",
        "せんせいと確認",
        "看護士 架空、架空技士",
        "ドクタ－架空",
        "Prof. Kakuu",
        "Mrs. Kakuu",
        "Kakuu-san",
        "ドクター架空",
    ],
)
def test_a_title(text: str) -> None:
    assert scan_text(text, NOBODY) == ("title",)
    assert scan_text(f"第4腰椎に集積亢進。{text}", NOBODY) == ("title",)


@pytest.mark.parametrize(
    "text",
    [
        "架空病院にて治療",
        "架空大学附属",
        "架空がんセンターより紹介",
        "架空クリニックの画像",
        "ｸﾘﾆｯｸ",
        "架空医院",
        "架空診療所",
        "前医 架空 病 院",
        "Kakuu Hospital",
        "Kakuu Clinic",
        "架空がんセンタ－より",
        "架空ｾﾝﾀ",
        "かくうびょういん",
        "Kakuu Medical Centre",
    ],
)
def test_an_institution(text: str) -> None:
    assert scan_text(text, NOBODY) == ("institution",)


@pytest.mark.parametrize(
    "text",
    [
        "前回と同様の集積を認めます。",
        "両側同様に集積亢進",
        "一様な集積、多様な病変、様々な部位",
        "結節様集積、線状様の",
        "腫瘤様陰影と帯状様高集積",
        "胸部長軸方向、下部長管骨",
        "骨折の様に見えます。",
        "大殿筋、殿部、中殿筋の軟部組織に集積",
        "摂氏 20 度、氏名欄",
        "患者様に説明、患者さんの体動",
        "胸部DR、MRでは異常なし。CT/MR",
        "たくさんのサンプル",
        "多発骨転移を疑います。臀部、仙腸関節に集積",
        "The clinical course is unremarkable; drop metastases, MR. No change.",
        "center of the lesion, Drs not named",
        "universal, medically central; センチネルリンパ節、DR 胸部",
    ],
)
def test_words_of_a_report(text: str) -> None:
    assert scan_text(text, NOBODY) == ()


def test_names_in_the_headers_are_known() -> None:
    known = known_people([], [], ["KAKUU^ICHIRO=架空^一郎"], ["虚像医療機構", "核医学診療科"])
    assert scan_text("架空と確認", known) == ("staff",)
    assert scan_text("seen by Ichiro Kakuu", known) == ("staff",)
    assert scan_text("虚像医療機構より", known) == ("institution",)
    assert scan_text("核医学診療科で検討", known) == ("institution",)
    assert scan_text("架空先生、虚像医療機構", known) == ("institution", "staff")
