"""The study's workbook, with a module for each kind of sheet.

`to` is the workbook. `lists` has the rows of each of `writing.CASE_LISTS` that exists.
"""
