"""The search for every trace of a person in the folders of a study (R12, R36)."""
