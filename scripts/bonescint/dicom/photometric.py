"""Values of Photometric Interpretation (PS3.3 C.7.6.3.1.2), the meaning of a pixel's number."""

import re

GREYS = frozenset({"MONOCHROME1", "MONOCHROME2"})
PALETTE_COLOR = "PALETTE COLOR"
# retired ones too
COLOUR_MODELS = re.compile("A?RGB|HSV|CMYK|YBR_|XYB")
