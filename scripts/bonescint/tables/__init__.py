"""Other people's tables: Excel and CSV in any Japanese encoding, checked cell by cell."""
