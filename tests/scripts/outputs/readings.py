"""Each reader's answer, as the consensus of the simulated cases has them."""

from pathlib import Path

from bonescint.declared import columns
from tests.scripts.outputs.contract import READERS, Row, write


def write_readings(folder: Path, reference: list[Row]) -> None:
    """Write results/readings; the last reader did not read the first case."""
    for place, reader in enumerate(READERS):
        rows = [
            {"code": case["code"], "reader": reader, "status": "read"}
            | {"metastasis": int(place < case["n_positive"])}
            for case in reference
        ]
        if place == 2 and rows:
            rows[0] |= {"metastasis": "", "status": "missing"}
        write(folder / f"readings/{reader}.csv", rows, ",".join(columns("readings")))
