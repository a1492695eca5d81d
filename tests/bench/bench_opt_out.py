"""How long the opt-out check of an index takes: `python tests/bench/bench_opt_out.py [ROWS]`.

Three files a patient, 1,000 opt-outs. The check is who is in the index and who of them declined;
the rule also writes the table of everybody else; another one looks for doubtful identities.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from scripts.cohort.filter_opt_out import filter_opt_out  # noqa: E402
from scripts.cohort.find_identity_doubts import find_identity_doubts  # noqa: E402

from bonescint.declared import columns  # noqa: E402
from bonescint.files import write_rows  # noqa: E402
from bonescint.identity.people import connected, read_people  # noqa: E402

FIRST = 10_000_000


def row(n: int) -> dict[str, object]:
    """Return a row of usual length; the last columns hold quotes, as evidence does."""
    return {
        "path": f"export/{n // 3:06}/scan_{n}.dcm",
        "size": 1_060_000,
        "sop_instance_uid": f"1.2.840.99999.1.{n}",
        "study_instance_uid": f"1.2.840.99999.2.{n // 3}",
        "patient_id": FIRST + n // 3,
        "patient_name": f"GIMEI^N{n // 3}=偽名^{n // 3}",
        "patient_birth_date": "19500101",
        "study_date": "20190603",
        "kind": "whole_body",
        "tracer": "MDP",
        "tracer_evidence": 'Radiopharmaceutical "MDP", 740 MBq',
    }


def main(rows: int) -> None:
    """Print seconds and memory of the check alone and of the whole rule."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "index.csv", columns("index"), map(row, range(rows)))
        write_rows(folder / "lost.csv", ["path", "reason"], [])
        lines = [f"{FIRST + 7 * n},2024-01-01,本人\n" for n in range(1000)]
        (folder / "opt_out.csv").write_text("患者ID,申出日,申出者\n" + "".join(lines))
        start = time.perf_counter()
        people = read_people(folder / "index.csv")
        gone = connected((str(FIRST + 7 * n) for n in range(1000)), people.pairs)
        left_out = sum(map(gone.__contains__, people.subjects))
        print(f"check of {rows:,} rows: {time.perf_counter() - start:.2f} s, {left_out} left out")
        start = time.perf_counter()
        outputs = ("consented", "unreadable", "declined", "doubts", "counts", "warnings", "cache")
        filter_opt_out(
            index=folder / "index.csv",
            unindexed=folder / "lost.csv",
            opt_out=folder / "opt_out.csv",
            ledger={key: str(folder / f"ledger.{key}") for key in ("path", "key", "head")},
            language="en",
            coded=folder / "coded",
            decisions=folder / "none",
            made_by="",
            **{key: folder / f"{key}.out" for key in outputs},
        )
        print(f"filter_opt_out: {time.perf_counter() - start:.2f} s")
        start = time.perf_counter()
        find_identity_doubts(
            folder / "consented.out", "en", folder / "doubts.out", folder / "warnings.out"
        )
        print(f"find_identity_doubts: {time.perf_counter() - start:.2f} s")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
