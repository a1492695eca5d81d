"""The study's workbook, with a module for each kind of sheet."""
