"""What a person looks at and decides, and the page on which that is done (R22, R23, R27)."""
