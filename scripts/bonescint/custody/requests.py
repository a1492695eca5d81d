"""What patients have asked for; here: that no further delivery holds them (R38)."""

from pathlib import Path

from bonescint.identity.ledger import Ledger

# changes with every request on record, so that Snakemake notices it; tells nothing
MARK = Path("private/requests.mark")


def stopped_codes(ledger: Ledger) -> set[str]:
    """Return the codes of the patients who stay in the analysis, but in no further delivery.

    Parameters
    ----------
    ledger
        The opened ledger. The last entry of a patient counts.
    """
    stopped: set[str] = set()
    for entry in ledger.entries("stop_provision", "stop_provision_withdrawn"):
        if entry["kind"] == "stop_provision":
            stopped.add(entry["subject"])
        else:
            stopped.discard(entry["subject"])
    return {code for subject in stopped for code in ledger.codes_of(subject)}
