"""The reference analyser: a bone scan index from the counts of both views, for research.

It is trained and tested on simulated phantoms alone (docs/en/model_card.md).
"""

from bonescint.analyser.analysis import analyse
from bonescint.analyser.weights import VERSION

__all__ = ["VERSION", "analyse"]
