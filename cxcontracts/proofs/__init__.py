"""Whether a change breaks somebody who needs everything that was promised, or sends everything that was accepted: with a witness.

An answer proves a break when the candidate allows it and the record does not, or when what was answered can be answered no more;
a request does, when the record took it and the candidate refuses it, or no longer listens to it. Validators confirm both sides on
the schemas as they are written before anybody sees it. Where nothing shows a break and nothing rules it out, it is unproven.
"""

from cxcontracts.proofs.calls import (
    BodyUnheard,
    Demanded,
    Gone,
    NoLongerAnswered,
    NoLongerSpoken,
    Rewritten,
    TurnedAway,
    Unheard,
)  # fmt: skip
from cxcontracts.proofs.prover import HARMLESS, Claim, Outcome, Prover
from cxcontracts.proofs.schemas import MemberUnheard, Missing, Needed, OtherRules, OtherValues, alternatives
from cxcontracts.proofs.wholes import ALL_HEADERS, Delivered, Sent, Spot, Told, delivered

__all__ = [
    "ALL_HEADERS", "HARMLESS", "BodyUnheard", "Claim", "Delivered", "Demanded", "Gone", "MemberUnheard", "Missing", "Needed",
    "NoLongerAnswered", "NoLongerSpoken", "OtherRules", "OtherValues", "Outcome", "Prover", "Rewritten", "Sent", "Spot", "Told",
    "TurnedAway", "Unheard", "alternatives", "delivered",
]  # fmt: skip
