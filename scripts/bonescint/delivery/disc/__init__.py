"""The disc that leaves: file-set, pages, archive, image, volumes, and their check (R29)."""
