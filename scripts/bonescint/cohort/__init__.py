"""Who is in the study, and why everybody else is not."""
