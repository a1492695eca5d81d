"""Define the exception that keeps an instance out of the results, and messages for mistakes."""

from bonescint.resources import both


class Refused(Exception):
    """An instance cannot be released.

    Parameters
    ----------
    reason
        A key ``reason.<reason>`` of resources/text/deid.csv.
    detail
        What was found, in counts, tags and lengths, but never a value of the header.
    sha256
        Hash of the source file if a person's decision can release it.
    station_sha256
        Digest of its Station Name if a decision about that name can release it.
    """

    def __init__(
        self, reason: str, detail: str = "", sha256: str = "", station_sha256: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.sha256 = sha256
        self.station_sha256 = station_sha256


def mistake(key: str, **values: object) -> str:
    """Return a message of resources/text/deid.csv in both languages.

    The rules of this stage do not depend on the configured language, because a change of the
    language must not run every patient again.
    """
    return both("deid", key, **values)
