"""Reading tables of the hospital: Excel and CSV in any Japanese encoding, checked by cell."""
