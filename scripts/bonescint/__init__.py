"""What the workflow's scripts share, without Snakemake."""

from bonescint import no_download

__version__ = "0.3.0"

__all__ = ["__version__", "no_download"]
