"""Record versions, configuration and inputs of this run's results (R37)."""

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
    """Write results/provenance.json without a clock, a machine's path or a person's name (R35).

    Parameters
    ----------
    config
        The whole configuration. The record has its digest, and those of its settings that affect
        results.
    selection
        results/cohort/selection.json: the rule and the time of the choice of cases, if there was
        one.
    """
    analysis = {key: config[key] for key in ("cohort", "reference", "metrics")}
    # the configured choice may name a file; the receipt of the choice has what counts of it
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
