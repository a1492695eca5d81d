"""The study as one encrypted file, written, checked and restored (R30, R32)."""
