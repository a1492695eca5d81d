"""Keep on record who was on discs that were withdrawn before they were recorded (R12, R31).

A disc may have left the hospital before somebody wrote that down. Once its images are withdrawn
only the ledger can tell who is on it, and a recall needs to know this.
"""

from bonescint.custody.deliveries import DeliveryContents, recorded
from bonescint.custody.volumes import FOLDER, Build
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts

_KIND = "volumes_withdrawn"
_SHOWN = 12  # characters of a hash: enough to find it on a label


def keep_withdrawn(ledger: Ledger, build: Build) -> None:
    """Put on record, once, who is on volumes that are about to be withdrawn.

    Parameters
    ----------
    ledger
        The opened ledger.
    build
        The volumes. Those of a recorded delivery and those on no list are left out.
    """
    with ledger.exclusive():
        delivered = {volume["sha256"] for one in recorded(ledger) for volume in one.volumes}
        known = {row["sha256"] for entry in ledger.entries(_KIND) for row in entry["volumes"]}
        if build and {row["sha256"] for row in build.volumes}.isdisjoint(delivered | known):
            cases = [{"code": code, "sha256": sha256} for code, sha256 in build.digests.items()]
            ledger.append([{"kind": _KIND, "volumes": build.volumes, "contents": cases}])


def withdrawn_build(ledger: Ledger, sha256: str, language: str) -> tuple[Build, DeliveryContents]:
    """Return a withdrawn build that is not on record as a delivery.

    Parameters
    ----------
    ledger
        The opened ledger.
    sha256
        The beginning of the hash of one of its volumes, as on the label; empty if only one
        withdrawn build exists.
    language
        Of the messages.

    Returns
    -------
    Build, DeliveryContents
        What was built, and its contents as `bonescint.custody.volumes.checked_contents` returns.

    Raises
    ------
    InputError
        If there is none, or more than one fits.
    """
    text = Texts("built", language)
    delivered = {volume["sha256"] for one in recorded(ledger) for volume in one.volumes}
    wanted = "".join(sha256.split()).lower()
    found, lines = [], []
    for entry in ledger.entries(_KIND):
        hashes = [row["sha256"] for row in entry["volumes"]]
        if not delivered.isdisjoint(hashes):
            continue
        build = Build(FOLDER, entry["volumes"], entry["contents"])
        shown = ", ".join(value[:_SHOWN] for value in hashes)
        values = {"day": entry["recorded"], "n": len(build.digests), "hashes": shown}
        lines.append(text("withdrawn_one", delivery=build.delivery, **values))
        if any(value.startswith(wanted) for value in hashes):
            found.append(build)
    if len(found) != 1:
        raise InputError([text("which_withdrawn" if lines else "none_withdrawn"), *lines])
    (build,) = found
    files = [[f"{FOLDER.name}/{row['file']}", row["sha256"]] for row in build.volumes]
    return build, DeliveryContents(files, {*build.digests}, {*build.digests})
