"""Workbook, figures and report, made from the tables of results/.

In all modules `results` are the run's tables and the configuration that it recorded
(`bonescint.outputs.results.Results`), `labels` the words of the output and the names of the study
(`bonescint.outputs.labels.Labels`), `rows` Estimate rows (docs/en/tables.md), and `study` is the
configuration's `study`.
"""

DPI = 150  # of the figures' PNG files
