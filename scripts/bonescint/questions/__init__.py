"""The questions of the study, a module each."""
