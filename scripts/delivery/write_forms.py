"""Write the forms that go with the volumes to be handed over (R29, R33)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.delivery.forms import built_provision, write_forms_of
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_forms(volumes: Path, contents: Path, config: Mapping[str, Any], folder: Path) -> None:
    """Write record, receipt, list of codes and hand-over note. Their date stays blank.

    Parameters
    ----------
    volumes, contents
        results/delivery/volumes.csv and results/delivery/contents.csv.
    config
        ``study``, ``papers``, ``delivery`` and ``language`` of the configuration.
    folder
        Where they go.

    Raises
    ------
    InputError
        If no privacy manager is chosen, or no volume was built.
    """
    provision = built_provision(config, date.today(), volumes, contents)
    write_forms_of(provision, config, folder, replace=True)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_forms(
            volumes=Path(snakemake.input.volumes),
            contents=Path(snakemake.input.contents),
            config=snakemake.params.config,
            folder=Path(snakemake.output[0]).parent,
        )
