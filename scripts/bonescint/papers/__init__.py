"""Forms on paper: what they say as data, and how they look as PDF and as workbook."""
