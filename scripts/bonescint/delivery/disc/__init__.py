"""The disc that leaves: file-set, pages, archive, image and volumes, and the check of all of it (R29)."""
