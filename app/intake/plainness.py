"""Whether a text is likely to be too hard for B1: a modest measure, by the length of sentences and words.

Source: Schrijfwijzers for language level B1 (about 15 words a sentence, common words); the bounds are ours ⚙.
"""

import re
from collections.abc import Mapping
from statistics import mean
from typing import Final

LONGEST_SENTENCE: Final = 18  # ⚙ words
LONGEST_WORD: Final = 20  # ⚙ letters; compounds of Dutch and German run on
MEAN_WORD: Final[Mapping[str, float]] = {"nl": 7.0, "en": 6.5, "de": 7.5}  # ⚙ letters, of a sentence of at least …
FEW: Final = 6  # ⚙ … words: fewer say nothing
USUAL_MEAN: Final = 7.5
SENTENCE: Final = re.compile(r"[.!?…:;]+(?:\s|$)")
WORD: Final = re.compile(r"[^\W\d_]+")


def too_hard(text: str, language: str) -> str | None:
    """Why it is likely too hard, in a few words; None when it is not."""
    for sentence in SENTENCE.split(text):
        words = WORD.findall(sentence)
        if len(words) > LONGEST_SENTENCE:
            return f"a sentence of {len(words)} words"
        if longest := [word for word in words if len(word) > LONGEST_WORD]:
            return f"a word of {len(longest[0])} letters"
        if len(words) >= FEW and mean(map(len, words)) > MEAN_WORD.get(language, USUAL_MEAN):
            return f"words of {mean(map(len, words)):.1f} letters on average"
    return None
