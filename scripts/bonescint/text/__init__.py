"""What text means: character sets, encodings, folding, dates, CSV typed by hand; one answer each."""
