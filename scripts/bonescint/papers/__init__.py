"""Forms on paper: what they say as data, and how they look as PDF, as workbook and as text."""

OF_PROVISION = ("record", "receipt", "codes", "handover")  # names of a delivery's forms
