"""What a partner hands to others, held against what they take: of the contracts as they are, whatever changes."""

from __future__ import annotations

from collections.abc import Iterator

from cxcontracts.acceptance import refused, taken
from cxcontracts.calls import Use, handed_out, keep_paths, uses
from cxcontracts.containment.sets import Found
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.scorecard import Evidence
from cxcontracts.paths import Path
from cxcontracts.scenes import Scene
from cxcontracts.sending import content_type, sent_schema
from cxcontracts.wording import value_in_words


def stuck(dossier: Dossier) -> Iterator[Evidence]:
    """Yield each value that the partner may hand out and that another one does not take, once a seam."""
    for scene in dossier.scenes:
        for name, paths in keep_paths(scene.step).items():
            for use in uses(scene, name):
                if use.step.partner != dossier.partner.name and (found := _refused(scene, name, paths, use)):
                    yield found


def _refused(scene: Scene, name: str, paths: tuple[Path, ...], use: Use) -> Evidence | None:
    """Return what is not taken at one seam; None where all is, or nobody can tell."""
    for path in paths:
        for schema in handed_out(scene, path, scene.record, scene.operation):
            sent = sent_schema(use.template, {name: (schema,)})
            target = taken(use.scene.record, use.scene.operation, use.point, sent, content_type(use.step), set())
            answer = refused(target, sent) if target.declared else None
            if isinstance(answer, Found):
                return _stuck(scene, path, use, answer)
    return None


def _stuck(scene: Scene, path: Path, use: Use, answer: Found) -> Evidence:
    label, place = use.point.label, use.point.entry.place
    what = f"{scene.operation} {path} may be {value_in_words(answer.value)}, which {use.scene.operation} does not take as {place}"
    home = scene.operation.node
    return Evidence(f"{what} {label}", home.home.place(home), among=(use.scene.partner.name,))
