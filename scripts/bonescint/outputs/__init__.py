"""Workbook, figures and report: tables of results/ in, files for readers out."""

DPI = 150  # of the figures' PNG files
