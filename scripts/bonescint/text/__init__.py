"""What text means: charsets, encodings, folding, dates, CSV typed by hand; one answer each."""
