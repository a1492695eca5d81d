"""The tables that a hospital would hand over: participants, opt-outs, exports and readings.

They imitate typing by people: codes in full width, zeros lost by Excel, three encodings, two file
formats. Every table says SYNTHETIC.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from bonescint.demo.patients import Patient
from bonescint.demo.results import SOFTWARE, Measured, ReaderRow, reader_words
from bonescint.resources import SYNTHETIC

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NOBODY = "99999999"  # no patient of the phantom has it
# R13: reason and relation in the words of the notice
PROXIES = (
    ("亡くなっている場合", "配偶者"),
    ("十分な判断力がないと客観的に判断される成年者", "子"),
    ("", ""),
)


def write_csv(path: Path, rows: Sequence[Sequence[object]], encoding: str) -> None:
    """Write a CSV as Windows programs do (CRLF).

    Parameters
    ----------
    path
        The file. Its folder is made.
    rows
        The header is first.
    encoding
        cp932 or utf-8-sig.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)


def write_xlsx(path: Path, sheet: str, rows: Sequence[Sequence[object]]) -> None:
    """Write a workbook of one sheet with reproducible bytes. Dates become Excel dates.

    Parameters
    ----------
    path
        The file. Its folder is made.
    sheet
        Name of the sheet.
    rows
        The header is first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"title": SYNTHETIC, "created": datetime(2019, 10, 1)})
        as_date = book.add_format({"num_format": "yyyy/mm/dd"})
        page = book.add_worksheet(sheet)
        page.set_column(0, len(rows[0]) - 1, 14)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(i, j, datetime(value.year, value.month, value.day), as_date)
                elif value is not None:
                    page.write(i, j, value)


def write_participants(path: Path, patients: Iterable[Patient], study: str) -> None:
    """Write the list of participants (R5): both spellings of the study, and entries of others.

    Parameters
    ----------
    path
        The file, cp932.
    study
        The preceding study as configured, such as HS2022-005.
    """
    other = study[:2] + "-" + study[2:]
    rows: list[tuple[object, ...]] = [("患者ID", "試験番号", "備考")]
    outsiders = 0
    for patient in sorted(patients, key=lambda p: p.patient_id):
        number = other if patient.index % 4 == 1 else study
        if patient.kind == "not_participant":
            outsiders += 1
            if outsiders % 2:
                continue  # not listed at all; the others are in another study
            number = "HS2099-001"
        typed = patient.patient_id.lstrip("0") if patient.index % 3 == 2 else patient.patient_id
        rows.append((typed, number, SYNTHETIC))
    write_csv(path, rows, "cp932")


def write_opt_out(path: Path, patients: Iterable[Patient]) -> None:
    """Write the opt-out list (UTF-8 with BOM; R12, R13) as typed at a counter, also by proxies.

    One entry has full-width digits, one has hyphen and spaces, one matches no patient, and one of a
    proxy is incomplete.
    """
    rows: list[tuple[str, ...]] = [("患者ID", "申出日", "申出者", "理由", "続柄", "備考")]
    patients = list(patients)
    own = [p for p in patients if p.kind == "opt_out_self"]
    for i, patient in enumerate(own):
        pid = patient.patient_id
        typed = (pid.translate(FULL_WIDTH), f" {pid[:4]}-{pid[4:]} ", pid.lstrip("0"), pid)[i % 4]
        rows.append((typed, _received(patient, i), "本人", "", "", SYNTHETIC))
    proxy = [p for p in patients if p.kind == "opt_out_proxy"]
    for i, patient in enumerate(proxy):
        ground, relation = PROXIES[min(i, len(PROXIES) - 1)]
        row = (patient.patient_id, _received(patient, i), "代諾者", ground, relation, SYNTHETIC)
        rows.append(row)
    rows.append((NOBODY, "2024/11/05", "本人", "", "", SYNTHETIC))
    write_csv(path, rows, "utf-8-sig")


def _received(patient: Patient, i: int) -> str:
    return f"{patient.exam + timedelta(days=1900 + 11 * i):%Y/%m/%d}"


def write_export(path: Path, software: str, rows: Iterable[tuple[Patient, Measured]]) -> None:
    """Write one software's export in its own file format, encoding, headers and words.

    Parameters
    ----------
    software
        Key of `SOFTWARE`.
    rows
        As `run_software` returns them.
    """
    label = SOFTWARE[software].label
    japanese = {"analysed": "解析済", "failed": "領域分割失敗", "waiting": "未解析"}
    english = {"analysed": "analysed", "failed": "segmentation failed", "waiting": "not analysed"}
    headers = {
        "bonenavi": "患者ID 検査日 BSI(%) Hotspot数 ANN 状態 ソフト 備考",
        "vsbone3": "患者ID 検査日 BSI値(%) ホットスポット数 解析状態 ソフト 備考",
    }
    header = headers.get(software, "PatientID StudyDate BSI HotSpots Status Software Note")
    table: list[tuple[object, ...]] = [tuple(header.split())]
    for patient, result in rows:
        pid, bsi = patient.patient_id, None if result.bsi is None else f"{result.bsi:.2f}"
        match software:
            case "bonenavi":
                ann = None if result.ann is None else f"{result.ann:.2f}"
                found: tuple[object, ...] = (
                    pid, f"{patient.exam:%Y/%m/%d}", bsi, result.hotspots, ann,
                    japanese[result.status],
                )  # fmt: skip
            case "vsbone3":  # a workbook: IDs with a leading zero became numbers
                typed = int(pid) if pid.startswith("0") else pid
                found = (typed, patient.exam, result.bsi, result.hotspots, japanese[result.status])
            case _:  # was opened in Excel: leading zeros are lost
                found = (
                    pid.lstrip("0"), f"{patient.exam:%Y%m%d}", bsi, result.hotspots,
                    english[result.status],
                )  # fmt: skip
        table.append((*found, label, SYNTHETIC))
    if software == "vsbone3":
        write_xlsx(path, "解析結果", table)
    else:
        write_csv(path, table, "cp932" if software == "bonenavi" else "utf-8-sig")


def type_again(first: Path, second: Path) -> None:
    """Write an export as a second person types it: other order, full-width digits, other zeros.

    Parameters
    ----------
    first
        An export from `write_export`, cp932.
    second
        The same content typed again, UTF-8 with BOM, for double entry.
    """
    with first.open(encoding="cp932", newline="") as stream:
        header, *rows = csv.reader(stream)
    for i, row in enumerate(rows):
        if i % 5 == 0:
            row[2:4] = (cell.translate(FULL_WIDTH) for cell in row[2:4])
        if row[2].endswith("0") and "." in row[2]:
            row[2] = row[2].removesuffix("0")
    write_csv(second, [header, *reversed(rows)], "utf-8-sig")


def write_reading(path: Path, reader: int, rows: Iterable[tuple[Patient, ReaderRow]]) -> None:
    """Write one reader's report (R10).

    Parameters
    ----------
    reader
        0, 1 or 2. Each types IDs in a different way.
    rows
        As `read_scans` returns them.
    """
    table: list[tuple[object, ...]] = []
    for patient, reading in rows:
        pid = patient.patient_id
        typed = (pid, int(pid), f"{pid[:4]}-{pid[4:]}")[reader]
        cells = reader_words(reading)
        if not table:
            table.append(("患者ID", "検査日", *cells, "備考"))
        table.append((typed, patient.exam, *cells.values(), SYNTHETIC))
    write_xlsx(path, "読影", table)
