"""What a call of Snakemake says at its end, in the study's language."""
