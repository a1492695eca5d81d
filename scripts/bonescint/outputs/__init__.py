"""Workbook, figures and report, made from the tables of results/."""

DPI = 150  # of the figures' PNG files
