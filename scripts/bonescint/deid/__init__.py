"""De-identification: policy, engine, verification of what was written (R15 to R25)."""
