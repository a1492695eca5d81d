"""Record versions, configuration and inputs: what this run's results were made of (R37)."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import read_rows, replacing
from bonescint.joblog import job_log
from bonescint.provenance import settings_stamp

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_provenance(
    inputs: Path,
    config: dict[str, Any],
    software: dict[str, Any],
    versions: dict[str, str],
    provenance: Path,
    selection: Path | None = None,
) -> None:
    """Write results/provenance.json; no clock, no path of the machine, no name of a person (R35).

    Parameters
    ----------
    inputs
        results/cohort/inputs.csv.
    config
        The whole configuration: its digest is recorded, and of its content what decides results.
    software, versions
        The software compared and the versions of the libraries.
    provenance
        The file to write.
    selection
        results/cohort/selection.json: by which rule cases were chosen and when, if any were.
    """
    analysis = {key: config[key] for key in ("cohort", "reference", "metrics")}
    # it may name a file, and what counts of it stands in the receipt of the choice
    choice = json.loads(selection.read_text(encoding="utf-8")) if selection else {}
    if "selection" in config["cohort"]:
        rule = {key: choice.get(key) for key in ("rule", "seed")}
        analysis["cohort"] = config["cohort"] | {"selection": rule}
    record = {
        "study": config["study"]["id"],
        "synthetic": config["study"]["synthetic"],
        "versions": versions,
        "config_sha256_16": settings_stamp(config),
        "analysis_sha256_16": settings_stamp(analysis),
        "analysis": analysis,
        "software": software,
        **({"selection": choice} if choice.get("recorded") else {}),
        "inputs": list(read_rows(inputs)),
    }
    with replacing(provenance) as stream:
        json.dump(record, stream, ensure_ascii=False, indent=1)
        stream.write("\n")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_provenance(
            inputs=Path(snakemake.input.inputs),
            selection=Path(snakemake.input.selection),
            config=snakemake.params.config,
            software=snakemake.params.software,
            versions=snakemake.params.versions,
            provenance=Path(snakemake.output.provenance),
        )
