"""Reading text: charsets, encodings, folding, dates, CSV typed by hand, each in one place."""
