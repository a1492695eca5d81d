"""Building the coded data set: only what the policy names is ever looked at (R17 to R24).

The source is opened by pydicom, whose elements stay raw until asked for; what the policy drops is
never decoded. The result is assembled as bytes by `encoding`, so nothing of the source's preamble,
file meta, padding or unknown elements has a way into it.
"""

from collections import Counter
from dataclasses import dataclass, field

from pydicom import Dataset
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataelem import RawDataElement

from bonescint.deid.encoding import Elements, encapsulate, encode_dataset, encode_element
from bonescint.deid.pixels import Pixels
from bonescint.deid.policy import DUMMIES, Policy, Rule, by_type
from bonescint.deid.refusal import Refused
from bonescint.deid.source import PIXEL_DATA, Raw, raw_of
from bonescint.deid.uids import UidReplacer, is_standard
from bonescint.deid.values import WORD, normal_form
from bonescint.deid.views import save_views
from bonescint.deid.vocabulary import vocabulary

# this software, not the source's: a constant, so that the same input gives the same bytes
IMPLEMENTATION_UID = "2.25.191325472104297312207463713521894352731"
IMPLEMENTATION_VERSION = "BONESCINT"
_CHARSET = 0x00080005
_CODE_VALUE, _SCHEME, _MEANING = 0x00080100, 0x00080102, 0x00080104
_LOSSY = 0x00282110
_NUMBER_VRS = frozenset(WORD) - {"OW"} | {"AS", "DA", "DS", "IS"}


@dataclass(slots=True)
class Transformed:
    """A coded file before its verification.

    Parameters
    ----------
    parts
        The file's bytes, unjoined.
    counts
        Numbers of elements kept, removed, emptied and replaced, over every level that was visited.
    """

    parts: list[bytes]
    counts: Counter[str] = field(default_factory=Counter)


class Engine:
    """Turn source data sets of one patient into coded ones.

    Parameters
    ----------
    policy
        The decisions for the source's IOD.
    code
        The patient's code (R17).
    uids
        The replacement of UIDs (R20).
    """

    def __init__(self, policy: Policy, code: str, uids: UidReplacer) -> None:
        self._policy = policy
        self._code = code.encode("ascii")
        self._uids = uids
        self._encodings: list[str] = []
        self._counts: Counter[str] = Counter()

    def transform(self, source: Dataset, pixels: Pixels, views: list[str]) -> Transformed:
        """Return the coded file of one instance.

        Parameters
        ----------
        source
            The data set as `read_source` gives it.
        pixels
            Its image, ready to be written.
        views
            ``anterior`` or ``posterior`` for each frame; empty if unknown (R22: saved before
            the private groups go).

        Raises
        ------
        Refused
            ``missing-uid`` or ``required-attribute``.
        """
        self._counts = Counter()
        self._encodings = _encodings_of(source)
        elements = self._level(source, self._policy.rules, top=True)
        for tag in (0x00080018, 0x0020000D, 0x0020000E):
            if not elements.get(tag, ("UI", b""))[1]:
                raise Refused("missing-uid", f"({tag >> 16:04X},{tag & 0xFFFF:04X})")
        if pixels.lossy:
            elements[_LOSSY] = "CS", b"01"
        save_views(elements, self._policy, views)
        body = encode_dataset(elements)
        if pixels.fragments:
            # undefined length, as PS3.5 A.4 asks for encapsulated pixels
            header = encode_element(PIXEL_DATA, "OB", b"")[0][:-4] + b"\xff\xff\xff\xff"
            body += [header, encapsulate(pixels.fragments)]
        else:
            body += encode_element(PIXEL_DATA, pixels.vr, pixels.native)
        self._counts["kept"] += 1
        return Transformed(_file_head(elements, pixels.transfer_syntax) + body, self._counts)

    def _level(self, source: Dataset, rules: dict[int, Rule], top: bool = False) -> Elements:
        """Apply the rules of one level of nesting to a data set or an item."""
        out: Elements = {}
        # taken before any sequence is opened: pydicom then decodes Pixel Representation
        raws = {int(tag): raw_of(source, tag) for tag in source.keys() & rules.keys()}
        for tag, rule in rules.items():
            if tag == PIXEL_DATA or rule.action == "remove":
                continue
            if top and rule.action in ("code", "fixed"):
                self._counts["replaced"] += 1
                value = self._code if rule.action == "code" else self._policy.fixed[tag]
                out[tag] = rule.vr, value
                continue
            raw = raws.get(tag)
            if raw is None:
                continue
            if rule.vr == "SQ":
                self._sequence(out, rule, source, raw)
            else:
                self._element(out, rule, raw)
        self._counts["removed"] += len(source.keys() - out.keys() - {PIXEL_DATA})
        return out

    def _element(self, out: Elements, rule: Rule, raw: Raw) -> None:
        """Write one element as its rule says, or as its Type says when its value may not stay."""
        vr, value = _bytes_of(rule, raw)
        written: bytes | None = None
        match rule.action:
            case "keep":
                written = self._kept(rule, vr, value, raw)
            case "vocabulary":
                written = self._listed(rule, value)
            case "replace":
                uid = value.strip(b" \0").decode("ascii", "replace")
                written = self._uids(uid).encode("ascii", "replace") if uid else b""
            case "dummy":
                self._counts["replaced"] += 1
                out[rule.tag] = vr, _dummy(rule, vr)
                return
        if written:
            out[rule.tag] = vr, written
            self._counts["kept" if written == value.strip(b" \0") else "replaced"] += 1
            return
        self._gone(out, rule, vr)

    def _gone(self, out: Elements, rule: Rule, vr: str) -> None:
        """Leave behind what the Type asks for when an element's value may not stay (R19)."""
        if rule.type == "1":
            missing = "missing-uid" if rule.action == "replace" else "required-attribute"
            raise Refused(missing, rule.keyword)
        if rule.action == "empty" or by_type(rule) == "empty":
            out[rule.tag] = vr, b""
            self._counts["emptied"] += 1

    def _kept(self, rule: Rule, vr: str, value: bytes, raw: Raw) -> bytes | None:
        if vr in _NUMBER_VRS:
            little = not isinstance(raw, RawDataElement) or raw.is_little_endian
            return normal_form(vr, value, rule.vm, little)
        if vr == "UI":
            uid = value.strip(b" \0").decode("ascii", "replace")
            return uid.encode("ascii", "replace") if is_standard(uid) else None
        if rule.keyword in vocabulary():
            return self._listed(rule, value)
        # text that the hospital's own table keeps (R18): rewritten in the result's character set
        text = self._decode(value)
        return "".join(c for c in text if c.isprintable()).strip().encode()

    def _listed(self, rule: Rule, value: bytes) -> bytes | None:
        words = vocabulary()
        texts = self._decode(value).split("\\")
        listed = [words.text(rule.keyword, text) for text in texts[: rule.vm]]
        return "\\".join(text for text in listed if text).encode() or None

    def _decode(self, value: bytes) -> str:
        """Return text; what is not in the declared character set is read as UTF-8 or CP932."""
        for encoding in () if self._encodings else ("utf-8", "cp932"):
            try:
                return value.decode(encoding)
            except UnicodeDecodeError:
                continue
        return decode_bytes(value, self._encodings or ["iso8859"], set())

    def _sequence(self, out: Elements, rule: Rule, source: Dataset, raw: Raw) -> None:
        """Write a sequence: its items by their own rules, or its listed codes."""
        items: list[Elements] = []
        # a sequence disguised as UN was not meant to be read here; it goes like any UN (R22)
        if rule.action in ("keep", "vocabulary") and raw.VR in (None, "SQ"):
            for item in source[rule.tag].value or []:
                if rule.action == "keep":
                    items.append(self._level(item, rule.items))
                elif code := self._code_item(rule, item):
                    items.append(code | self._level(item, rule.items))
        if items:
            out[rule.tag] = "SQ", items
            self._counts["kept"] += 1
        else:
            self._gone(out, rule, "SQ")

    def _code_item(self, rule: Rule, item: Dataset) -> Elements | None:
        """Return a code with its standard meaning, or None if it is not listed."""
        value, scheme = (_text(item, tag) for tag in (_CODE_VALUE, _SCHEME))
        meaning = vocabulary().meaning(rule.keyword, scheme, value)
        if meaning is None:
            return None
        return {
            _CODE_VALUE: ("SH", value.encode()),
            _SCHEME: ("SH", scheme.encode()),
            _MEANING: ("LO", meaning.encode()),
        }


def _file_head(elements: Elements, transfer_syntax: str) -> list[bytes]:
    """Return a zeroed preamble and a file meta group of our own (PS3.10 section 7.1)."""
    meta: Elements = {
        0x00020001: ("OB", b"\0\1"),
        0x00020002: ("UI", _value(elements, 0x00080016)),
        0x00020003: ("UI", _value(elements, 0x00080018)),
        0x00020010: ("UI", transfer_syntax.encode()),
        0x00020012: ("UI", IMPLEMENTATION_UID.encode()),
        0x00020013: ("SH", IMPLEMENTATION_VERSION.encode()),
    }
    body = b"".join(encode_dataset(meta))
    length = encode_element(0x00020000, "UL", len(body).to_bytes(4, "little"))
    return [b"\0" * 128 + b"DICM", *length, body]


def _value(elements: Elements, tag: int) -> bytes:
    value = elements[tag][1]
    return value if isinstance(value, bytes) else b""


def _bytes_of(rule: Rule, raw: Raw) -> tuple[str, bytes]:
    """Return VR and bytes of a raw element; no bytes if the source's VR is of another kind."""
    vrs = rule.vr.split("/")
    vr = raw.VR if raw.VR in vrs else vrs[0]
    if not isinstance(raw, RawDataElement) or raw.VR == "UN":
        return vr, b""
    if raw.VR is not None and raw.VR not in vrs and (raw.VR in WORD) != (vr in WORD):
        return vr, b""
    return vr, raw.value or b""


def _dummy(rule: Rule, vr: str) -> bytes:
    if vr not in DUMMIES:
        raise Refused("required-attribute", rule.keyword)
    return DUMMIES[vr]


def _text(item: Dataset, tag: int) -> str:
    raw = raw_of(item, tag)
    value = raw.value if isinstance(raw, RawDataElement) else None
    return (value or b"").strip(b" \0").decode("ascii", "replace")


def _encodings_of(source: Dataset) -> list[str]:
    """Return the declared character sets; none if the file declares none."""
    raw = raw_of(source, _CHARSET)
    value = (raw.value or b"") if isinstance(raw, RawDataElement) else b""
    names = [name.strip(b" \0").decode("ascii", "replace") for name in value.split(b"\\")]
    return list(convert_encodings(names)) if any(names) else []
