"""What the workflow's scripts share, without Snakemake."""

__version__ = "0.3.0"
