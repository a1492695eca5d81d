"""The study's workbook, a module a kind of sheet."""
