"""The label for the outside of a disc: codes and hashes, never a name or the passphrase."""

import textwrap
from collections import defaultdict
from collections.abc import Sequence

from bonescint.delivery.disc.layout import Case, Label
from bonescint.files import BOM
from bonescint.resources import SYNTHETIC, Texts

_WIDTH = 76  # characters; any editor can print lines of this width


def outside_label(
    label: Label, cases: Sequence[Case], medium: str, image: tuple[str, int, str], manifest: str
) -> bytes:
    """Return the label's text in a form that Windows shows and prints.

    Parameters
    ----------
    medium
        As configured.
    image
        Form (``encrypted`` or ``plain``), size and SHA-256 of the image.
    manifest
        SHA-256 of MANIFEST.sha256 on the volume.
    """
    text = Texts("image", label.language)
    form, size, sha256 = image
    replaced = defaultdict(list)
    for case in cases:
        if case.replaces:
            replaced[case.replaces].append(case.code)
    count = sum(len(case.images) for case in cases)
    lines = [SYNTHETIC] if label.synthetic else []
    lines += [
        text("label.study", id=label.study, title=label.title),
        text("label.delivery", delivery=label.delivery, number=label.number, of=label.of),
        text("label.volume", id=label.file_set_id, medium=medium),
        text(f"label.{form}"),
        text("label.coded"),
        "",
        text("label.cases", n=len(cases), images=count),
        *_listed([case.code for case in cases]),
    ]
    for delivery, codes in sorted(replaced.items()):
        lines += ["", text("label.replaces", delivery=delivery, n=len(codes)), *_listed(codes)]
    lines += ["", text("label.image", size=size), f"  {sha256}"]
    lines += [text("label.manifest"), f"  {manifest}", "", text("label.no_names")]
    return (BOM + "".join(f"{line}\r\n" for line in lines)).encode()


def _listed(codes: Sequence[str]) -> list[str]:
    return textwrap.wrap(
        " ".join(codes), _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
