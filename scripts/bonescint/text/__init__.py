"""What text means: character sets, encodings, folding, dates, tables typed by hand; one answer each."""
