"""Who a patient is: ID normalisation and the encrypted correspondence ledger."""
