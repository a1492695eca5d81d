"""A form as plain text, which every editor opens, however old."""

from collections.abc import Iterator

from bonescint.papers.form import Fields, Paper, Points, Signatures
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import ShownTable
from bonescint.text.lines import lines_of
from bonescint.text.width import text_width

_LINE = 78  # Latin characters
_BESIDE = 6  # rows of a short list in one line


def plain_text(paper: Paper) -> str:
    """Return a form as text with the line ends of Windows."""
    return "".join(f"{line}\r\n" for line in _lines(paper))


def _lines(paper: Paper) -> Iterator[str]:
    text = Texts("papers", paper.language)
    yield paper.title
    if paper.synthetic:
        yield SYNTHETIC
    yield ""
    yield from _folded(paper.head)
    for paragraph in paper.lead:
        yield ""
        yield from _folded(paragraph)
    for block in paper.blocks:
        yield ""
        if block.title:
            yield block.title
        match block:
            case Fields():
                for field in block.fields:
                    yield from _answered(field.label, paper.answer(field))
            case Points():
                for sign, (sentence, _) in zip(block.signs, block.points, strict=True):
                    yield from _folded(sentence, f"{sign} ")
            case Signatures():
                for role in block.roles:
                    blanks = f"{text('sign')} {text('blank')}  {text('date')}: {text('blank_date')}"
                    yield f"{role}: {blanks}"
            case ShownTable():
                rows = ["  ".join(row.values()) for row in block.rows]
                for n in range(0, len(rows), _BESIDE):
                    yield "  " + "  ".join(rows[n : n + _BESIDE])


def _answered(label: str, answer: str) -> Iterator[str]:
    """Yield a label with its answer; the answer goes below it if a hash would be broken."""
    longest = max(map(text_width, answer.split()))
    if text_width(f"{label}: ") + longest > _LINE:
        yield f"{label}:"
        begin = "  "
    else:
        begin = f"{label}: "
    yield from _folded(answer, begin)


def _folded(text: str, begin: str = "") -> Iterator[str]:
    """Yield a text in lines that an editor shows whole."""
    indent = text_width(begin)
    for n, line in enumerate(lines_of(text, _LINE - indent, text_width)):
        yield (" " * indent if n else begin) + line
