"""Knowledge the workflow's scripts share; no Snakemake in it."""

__version__ = "0.2.0"
