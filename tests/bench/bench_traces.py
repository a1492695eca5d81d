"""Seconds and memory of looking for persons in a tree of coded files.

    .venv/bin/python tests/bench/bench_traces.py [persons ...]     (default: 3 300)

10,000 coded DICOM files (hard links to 200), a CSV of 1 million rows and 200 MB, a workbook of
20,000 rows, 50 MB of Japanese text, an e-mail with an attachment of 4 MB.
"""

import base64
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

FILES, DISTINCT, ROWS = 10_000, 200, 1_000_000


def _make(root: Path) -> None:
    import xlsxwriter
    from tests.unit.dicom.samples import nm_file

    for number in range(DISTINCT):
        nm_file(root / "made" / f"{number:04d}.dcm", number, rows=256, columns=256)
    for number in range(FILES):
        folder = root / "dicom" / f"{number // 100:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        os.link(root / "made" / f"{number % DISTINCT:04d}.dcm", folder / f"{number:07d}.dcm")
    (root / "csv").mkdir()
    uid = "2.25.304570517274087642291046851876702147636"
    with (root / "csv" / "index.csv").open("w") as table:
        table.write("path,size,uid,study,name,patient_id,date\n")
        for n in range(ROWS):
            table.write(
                f"201906/{n:08d}/20190603_NM/WB/{n:08d}_1.dcm,527078,{uid},{uid[:-8]}{n:08d},"
                f"ORIGINAL\\PRIMARY\\WHOLE BODY,FAMILY{n % 977}^GIVEN,{n:08d},2019-06-03,F,65.25\n"
            )
    (root / "book").mkdir()
    with xlsxwriter.Workbook(root / "book" / "a.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for n in range(20_000):
            sheet.write_row(n, 0, [f"BS-{n:05d}", n / 7, "所見なし", n, 0.5])
    (root / "japanese").mkdir()
    line = "症例 {:06d} 第四腰椎に集積亢進を認めます。転移を疑います。山本 花江\n"
    with (root / "japanese" / "a.txt").open("w", encoding="utf-8") as text:
        text.writelines(line.format(n) for n in range(550_000))
    (root / "coded").mkdir()
    with (root / "coded" / "a.eml").open("wb") as mail:
        mail.write(base64.encodebytes(random.Random(1).randbytes(4_000_000)))  # noqa: S311
    with (root / "coded" / "a.jsonl").open("w") as lines:  # words that only look like base64
        lines.writelines(f'{{"token": "{"Xy" * 25}{n:06d}"}}\n' for n in range(200_000))


def _measure(root: Path, persons: int) -> None:
    from bonescint.custody.traces.search import Person, search

    gone = [
        Person(
            f"BS-{n + 10_000}".replace("0", "Z").replace("1", "Y"),
            frozenset({f"9{n:07d}"}),
            frozenset(
                {f"YAMAMOTO^HANA{chr(97 + n % 26)}{n % 7}E=山本^花{chr(0x5B50 + n)}=ﾔﾏﾓﾄ^ﾊﾅ"}
            ),
        )
        for n in range(persons)
    ]
    for part in ("dicom", "csv", "book", "japanese", "coded"):
        start, cpu = time.perf_counter(), time.process_time()
        found = sum(1 for _ in search([root / part], gone))
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{persons:4d} persons, {part:8s}: wall {wall:5.1f} s, CPU {cpu:5.1f} s, "
            f"peak {peak} MB, {found} found",
            flush=True,
        )


def main(counts: list[int]) -> None:
    """Make the tree in a temporary folder and measure each count in a fresh process."""
    with tempfile.TemporaryDirectory() as temporary:
        _make(Path(temporary))
        for count in counts:
            subprocess.run(
                [sys.executable, __file__, "--measure", temporary, str(count)], check=True
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        _measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or [3, 300])
