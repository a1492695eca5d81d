"""Reading tables of the hospital: Excel and CSV in any Japanese encoding, checked by cell.

`language` is that of the messages, ``ja`` or ``en``. `layout` says how a list is read, as its entry
in config.yaml (`bonescint.tables.lists.read_participants`).
"""
