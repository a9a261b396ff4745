"""How sure one can be of a share from so many samples: exact bounds of the binomial distribution, no approximation.

Source: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934).
"""

from __future__ import annotations

import math
from typing import Final

CONFIDENCE: Final = 0.95
"""How sure a verdict on a share is."""

_MOST_SAMPLES: Final = 1_000_000


def surely_at_most(misses: int, samples: int, share: float) -> bool:
    """Tell whether so few misses show that the true share of misses is at most *share*.

    >>> surely_at_most(0, 59, 0.05), surely_at_most(0, 58, 0.05)
    (True, False)
    """
    return _at_most(misses, samples, share) <= 1 - CONFIDENCE


def surely_above(misses: int, samples: int, share: float) -> bool:
    """Tell whether so many misses show that the true share of misses is above *share*.

    >>> surely_above(3, 10, 0.05), surely_above(2, 10, 0.05)
    (True, False)
    """
    return misses > 0 and 1 - _at_most(misses - 1, samples, share) <= 1 - CONFIDENCE


def samples_needed(misses: int, share: float) -> int:
    """Return how many samples with no more misses show that the true share is at most *share*; a million where it takes more.

    >>> samples_needed(0, 0.05), samples_needed(1, 0.05)
    (59, 93)
    """
    low, high = misses + 1, misses + 2
    while high < _MOST_SAMPLES and not surely_at_most(misses, high, share):
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if surely_at_most(misses, middle, share) else (middle + 1, high)
    return min(low, _MOST_SAMPLES)


def _at_most(misses: int, samples: int, share: float) -> float:
    """Return the probability of at most so many misses, where each sample misses with the probability *share*."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if misses >= samples else 0.0
    logs = (_log_choose(samples, k) + k * math.log(share) + (samples - k) * math.log1p(-share) for k in range(misses + 1))
    return min(1.0, math.fsum(math.exp(each) for each in logs))


def _log_choose(many: int, few: int) -> float:
    return math.lgamma(many + 1) - math.lgamma(few + 1) - math.lgamma(many - few + 1)
