"""``answers``: it works at all. Every call implies it: our call, as it stands, is still answered as the step expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cxcontracts.acceptance import Demand, demands, judge_taken, missing, refusal
from cxcontracts.calls import entries_of, names_of, points, request_of
from cxcontracts.containment.building import rule_against
from cxcontracts.containment.sets import Undecidable
from cxcontracts.contracts.operation import Operation, Scheme
from cxcontracts.estate.model import Journey, Partner, Step
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Raw, Request, Response
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.seen import inconclusive, waits
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene, Side, selected, voices
from cxcontracts.sending import Entry, content_type, sent_media, sent_schema
from cxcontracts.walks import Purpose, Sighting, Trouble, Walk, succeeded
from cxcontracts.wording import listed, shown

NOBODY = "nobody"
"""``as: nobody`` sends no credentials."""

Logins = Sequence[Sequence[Scheme]]
"""Alternatives, each of schemes that all hold."""


class Answers:
    """Operation, success status and media type are promised; our login and our inputs are enough."""

    name = "answers"
    key = ""
    form: Any = None
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="it works at all",
        kept="the operation and the status that the step expects are promised, and what we send and log in with is enough",
        breaks=(
            "drops the operation, the status or the media type, asks for more, or may answer with a success that "
            "`status` does not name"
        ),
        example="call: operator GET /services/{serviceId}",
        remedy="Have the partner keep the call as it was beside the new one and announce its end, or change the step first.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a call."""
        if step.call is not None:
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, None, step.locate("call"), step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge the call as a whole; the first thing that stops it speaks."""
        if scene.candidate is None:
            return self._on_record(scene)
        if scene.renewed is None:
            return self._vanished(scene)
        for check in (self._status, self._media, self._login, self._inputs, self._body, self._whole_body):
            judgement = check(scene, scene.renewed)
            if judgement is not None:
                return judgement
        already = self._on_record(scene.before())
        if already.verdict is not Verdict.INTACT:
            return already
        return Judgement(Verdict.INTACT, str(scene.renewed), was=Promise.GUARANTEED, is_=Promise.GUARANTEED)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether each call was answered as the step expects; of fuzzing, whether the partner failed on it."""
        step = requirement.step
        for walk in walks:
            for sighting in walk.of(step.name, Purpose.STEP, Purpose.FUZZ):
                judgement = _answered(requirement, sighting)
                if judgement is not None:
                    yield replace(judgement, sighting=sighting)

    def _on_record(self, scene: Scene) -> Judgement:
        element = str(scene.operation)
        promised = {answer.status for answer in scene.operation.successes(scene.step.status)}
        unpromised = [str(status) for status in scene.step.status if status not in promised]
        if unpromised or not promised:
            because = f"the contract does not promise {listed(unpromised or ['any success'])}"
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.IMPOSSIBLE)
        absent = missing(
            demands(scene.record, scene.operation, entries_of(scene), content_type(scene.step), scene.touched), entries_of(scene)
        )
        if absent:
            because = f"the contract requires {listed(_inputs_in_words(absent))}, which {scene.caller} does not send"
            return Judgement(Verdict.UNPROMISED, f"{element} {absent[0].place} {absent[0].name}", because)
        rule = _rule_against(scene, scene.record, scene.operation)
        if rule and not _told_by_a_part(replace(scene, touched=set()), (Verdict.UNPROMISED, Verdict.UNPROVEN)):
            because = f"the contract does not take the body as {scene.caller} sends it ({rule})"
            return Judgement(Verdict.UNPROMISED, f"{element} body", because)
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)

    def _vanished(self, scene: Scene) -> Judgement:
        assert scene.candidate is not None
        contract = scene.candidate.contract
        elsewhere = contract.at_any_method(scene.operation.path)
        moved = contract.at(scene.operation.method, scene.operation.path)
        status = 405 if elsewhere and moved is None else 404
        if moved is not None:
            bases = [listed([base or "/" for base in each.bases], "or") for each in (moved, scene.operation)]
            because = f"{scene.operation} has moved from the server's path {bases[1]} to {bases[0]}"
        else:
            there = f"; {listed(elsewhere)} {'is' if len(elsewhere) == 1 else 'are'} still there" if elsewhere else ""
            because = f"{scene.operation} is gone{there}"
        witness = Exchange(request_of(scene), Response(status, assumed=True))
        return Judgement(Verdict.BROKEN, str(scene.operation), because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)

    def _status(self, scene: Scene, renewed: Operation) -> Judgement | None:
        wanted = scene.step.status
        for operation in (scene.operation, renewed):
            keys = {answer.key for answer in operation.successes(wanted)} | {key for key in operation.answers if key[0] == "2"}
            scene.touched.update((operation.node.identity, key) for key in keys)
        before = {answer.key for answer in scene.operation.successes(wanted)}
        after = {answer.key for answer in renewed.successes(wanted)}
        if before and (not after or (wanted and len(after) < len(before))):
            answers = [answer for answer in renewed.answers.values() if answer.key not in before] or list(
                renewed.answers.values()
            )
            status = answers[0].status if answers else 500
            because = _other_answers(sorted(before - after), sorted(after), scene.operation, renewed)
            witness = Exchange(request_of(scene), Response(status, assumed=not answers))
            return Judgement(Verdict.BROKEN, str(renewed), because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
        if wanted:
            return self._other_success(scene, renewed, set(wanted))
        return None

    def _other_success(self, scene: Scene, renewed: Operation, wanted: set[int]) -> Judgement | None:
        if all(status >= 300 for status in wanted):
            return None
        known = {answer.status for answer in scene.operation.successes(())}
        new = [answer for answer in renewed.successes(()) if answer.key.isdigit() and answer.status not in wanted | known]
        if not new:
            return None
        assert scene.candidate is not None
        status = new[0].status
        voice = next(voices(renewed, (status,), scene.accept))
        understood = listed([str(code) for code in sorted(wanted)], "or")
        because = f"the answer may now also be {status}; the journey understands {understood} only"
        witness = Exchange(request_of(scene), scene.candidate.response(renewed, voice))
        return Judgement(Verdict.BROKEN, f"{renewed} {status}", because, Promise.GUARANTEED, Promise.POSSIBLE, witness)

    def _media(self, scene: Scene, renewed: Operation) -> Judgement | None:
        return media_lost(scene, renewed, scene.step.status, lambda: request_of(scene))

    def _login(self, scene: Scene, renewed: Operation) -> Judgement | None:
        entries = entries_of(scene)
        scene.touched.add((scene.operation.node.identity, "security"))
        possible = _possible_logins(scene, renewed, entries)
        if not possible or any(_enough(renewed.security, held, entries) for held in possible):
            return None
        lacking = [[each for each in some if not _held(each, possible[0], entries)] for some in renewed.security]
        witness = Exchange(request_of(scene), _refused(renewed, 401))
        return Judgement(
            Verdict.BROKEN, f"{renewed} security", _login_words(scene.step.by, lacking, possible[0]), witness=witness
        )

    def _inputs(self, scene: Scene, renewed: Operation) -> Judgement | None:
        assert scene.candidate is not None
        entries, wanted = entries_of(scene), content_type(scene.step)
        known = {demand.binding for demand in demands(scene.record, scene.operation, entries, wanted, scene.touched)}
        absent = [
            demand
            for demand in missing(demands(scene.candidate, renewed, entries, wanted, scene.touched), entries)
            if demand.binding not in known
        ]
        if not absent:
            return None
        names = listed(_inputs_in_words(absent))
        verb, what = ("is", "it") if len(absent) == 1 else ("are", "them")
        because = f"{names} {verb} now required, and {scene.caller} does not send {what}"
        element = f"{renewed} {absent[0].place} {absent[0].name}"
        return Judgement(Verdict.BROKEN, element, because, witness=Exchange(request_of(scene), refusal(renewed)))

    def _body(self, scene: Scene, renewed: Operation) -> Judgement | None:
        """Judge the media type that we send: it was taken, and must still be."""
        wanted = content_type(scene.step)
        before = sent_media(scene.operation.body, wanted)
        if before is None or not any(entry.place == "body" for entry in entries_of(scene)):
            return None
        offered = renewed.body.media if renewed.body else ()
        if any(media.name == before.name or (media.json and before.json) or media.name == "*/*" for media in offered):
            return None
        sender = f", which {scene.step.by} sends," if scene.step.by else ""
        because = f"{before.name}{sender} is no longer taken" + (
            f", only {listed([media.name for media in offered])}" if offered else "; there is no body"
        )
        witness = Exchange(request_of(scene), _refused(renewed, 415))
        return Judgement(Verdict.BROKEN, f"{renewed} body", because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)

    def _whole_body(self, scene: Scene, renewed: Operation) -> Judgement | None:
        """Judge what is asked of the body as a whole: how many members, which together, what its lists contain."""
        assert scene.candidate is not None
        rule = _rule_against(scene, scene.candidate, renewed)
        aside = replace(scene, touched=set())
        if not rule or _rule_against(scene, scene.record, scene.operation) or _told_by_a_part(aside, (Verdict.BROKEN,)):
            return None
        scene.touched.update(aside.touched)
        for side, operation in ((scene.record, scene.operation), (scene.candidate, renewed)):
            media = sent_media(operation.body, content_type(scene.step))
            shapes = side.requests.shapes(media.nodes) if media else ()
            scene.touched.update((atom.identity, None) for shape in shapes for atom in shape.atoms)
        because = f"the body is no longer taken as {scene.caller} sends it ({rule})"
        witness = Exchange(request_of(scene), refusal(renewed))
        return Judgement(Verdict.BROKEN, f"{renewed} body", because, witness=witness)


def _refused(operation: Operation, status: int) -> Response:
    """Return the refusal with a status: declared where its own code or its class is, for ``default`` names no refusal."""
    answer = operation.answer_to(status)
    return Response(status, assumed=answer is None or answer.key == "default")


def _answered(requirement: Requirement, sighting: Sighting) -> Judgement | None:
    """Judge whether a call was answered; None where fuzzing met what is another kind's to say."""
    step, response = requirement.step, sighting.response
    fuzzed = sighting.purpose is Purpose.FUZZ
    if sighting.trouble is not None or response is None:
        if fuzzed:
            return None
        waited = sighting.trouble is Trouble.WAITS
        return waits(requirement.journey, step, sighting) if waited else inconclusive(sighting)
    if succeeded(response, step.status):
        return None if fuzzed else Judgement(Verdict.INTACT)
    if fuzzed and response.status < 500:
        return None
    expected = listed([str(status) for status in step.status], "or") if step.status else "a success"
    said = _said_of_it(response)
    return Judgement(Verdict.BROKEN, because=f"it answers {response.status} instead of {expected}{said}")


def _said_of_it(response: Response) -> str:
    """Return what an error says of itself, as a problem of RFC 9457 or in the words that many use."""
    body = response.body if isinstance(response.body, Mapping) and not isinstance(response.body, Raw) else {}
    words = next((body[key] for key in ("title", "detail", "message", "error") if isinstance(body.get(key), str)), "")
    return f": {shown(words)}" if words else ""


def _rule_against(scene: Scene, side: Side, operation: Operation) -> str:
    """Return the key by which a contract refuses the body that the step sends; empty where it does not, or nobody can tell."""
    body = request_of(scene).body
    media = sent_media(operation.body, content_type(scene.step))
    if body is NO_BODY or media is None or not media.json or scene.step.by:
        return ""
    try:
        return rule_against(side.requests, media.nodes, body)
    except Undecidable:
        return ""


def _told_by_a_part(scene: Scene, verdicts: tuple[Verdict, ...]) -> bool:
    """Tell whether something that the step sends in its body is judged so on its own account."""

    def refused(_: JSON) -> Exchange:
        return Exchange(request_of(scene), refusal(scene.renewed))

    wanted = content_type(scene.step)
    parts = [part for entry in entries_of(scene) if entry.place == "body" for part in points(entry)]
    sent = ((point, sent_schema(template, names_of(scene, template))) for point, template in parts)
    return any(judge_taken(scene, point, [schema], wanted, refused).verdict in verdicts for point, schema in sent)


def media_lost(scene: Scene, renewed: Operation, statuses: tuple[int, ...], request: Callable[[], Request]) -> Judgement | None:
    """Judge whether a body that the journey read comes in no media type any more that it reads; None where it does.

    Args:
        statuses: The codes whose bodies are read; empty for any success.
        request: Makes the call, for the witness.
    """
    before = {answer.key: selected(answer, scene.accept) for answer in scene.operation.successes(statuses)}
    read = [media[0].name for media in before.values() if media]
    for answer in renewed.successes(statuses):
        unreadable = not answer.bodiless and not selected(answer, scene.accept)
        if unreadable and read and before.get(answer.key, read):
            name = answer.media[0].name
            offered = listed([media.name for media in answer.media], "or")
            because = f"the answer now comes as {offered} only; the journey reads {read[0]}"
            element = f"{renewed} {answer.key} {name}"
            witness = Exchange(request(), Response(answer.status, {"content-type": name}))
            return Judgement(Verdict.BROKEN, element, because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
    return None


def _possible_logins(scene: Scene, renewed: Operation, entries: list[Entry]) -> list[list[Scheme]]:
    """Return what we may log in with: what the estate says, else any that the record asks for; none where that is nothing."""
    record = scene.operation.security
    ours = [_with_scopes(scheme, record, renewed.security) for scheme in _logins_of(scene.step, scene.partner)]
    if _enough(record, ours, entries):
        return [ours]
    if scene.step.identity == NOBODY:
        return []
    return [[*alternative, *ours] for alternative in record]


def _with_scopes(scheme: Scheme, record: Logins, renewed: Logins) -> Scheme:
    """Return a login with the scopes that it must have had so far; where the record never used it, nobody knows of any."""
    if scheme.scopes:
        return scheme
    before = [each.scopes for some in record for each in some if each.meaning == scheme.meaning]
    after = [each.scopes for some in renewed for each in some if each.meaning == scheme.meaning]
    return Scheme(scheme.meaning, frozenset().union(*(before or after)))


def _enough(asked: Logins, held: list[Scheme], entries: list[Entry]) -> bool:
    return not asked or any(all(_held(scheme, held, entries) for scheme in some) for some in asked)


def _logins_of(step: Step, partner: Partner) -> Iterator[Scheme]:
    if step.by or step.identity == NOBODY:
        return iter(())
    environments = partner.environments.values()
    if step.identity:
        known = [partner.identities, *(environment.identities for environment in environments)]
        return logins([identities.get(step.identity) for identities in known])
    return logins([partner.auth, *(environment.auth for environment in environments)])


def logins(written: Sequence[Mapping[str, Any] | None]) -> Iterator[Scheme]:
    """Yield what each ``auth`` of an estate logs in with."""
    for auth in written:
        for kind, value in (auth or {}).items():
            named = value if isinstance(value, Mapping) else {}
            scopes = named.get("scopes", ())
            asked = frozenset(scopes.split() if isinstance(scopes, str) else map(str, scopes))
            match kind:
                case "bearer":
                    yield from (Scheme(meaning, asked) for meaning in (("http", "bearer"), ("oauth2",), ("openIdConnect",)))
                case "oauth2":
                    yield from (Scheme(meaning, asked) for meaning in (("oauth2",), ("openIdConnect",), ("http", "bearer")))
                case "basic":
                    yield Scheme(("http", "basic"), asked)
                case "header" | "query":
                    yield from (Scheme(("apiKey", kind, str(name).lower()), asked) for name in named)
                case "client-certificate":
                    yield Scheme(("mutualTLS",), asked)


def _held(scheme: Scheme, held: list[Scheme], entries: list[Entry]) -> bool:
    if any(own.covers(scheme) for own in held):
        return True
    if scheme.meaning[0] == "apiKey":
        return any((entry.place, entry.name.lower()) == scheme.meaning[1:] for entry in entries)
    return any(entry.place == "header" and entry.name.lower() == "authorization" for entry in entries)


def _other_answers(lost: Sequence[str], kept: Sequence[str], record: Operation, renewed: Operation) -> str:
    """Say what the answer is now, where it is no longer what the journey waits for."""
    before = listed(lost, "or")
    if kept:
        return f"the answer is no longer {before}, only {listed(kept, 'or')}"
    successes = [answer.key for answer in renewed.successes(())]
    new = [key for key in successes if key not in record.answers]
    if new:
        return f"the answer is now {listed(new, 'or')} instead of {before}"
    if successes:
        return f"the answer {before} is no longer promised; {listed(successes)} still {'is' if len(successes) == 1 else 'are'}"
    only = f"; only {listed(list(renewed.answers), 'or')} is" if renewed.answers else ""
    return f"the answer {before} is no longer promised{only}"


def _inputs_in_words(demanded: Sequence[Demand]) -> list[str]:
    return ["a body" if demand.binding == ("body", "") else str(demand) for demand in demanded]


def _login_words(by: str, lacking: Sequence[Sequence[Scheme]], held: list[Scheme]) -> str:
    """Say what the login takes now that it did not take before: whichever of the alternatives takes least.

    Args:
        by: The partner that logs in; empty where we do.
    """
    least = min(map(len, lacking))
    for schemes in lacking:
        scopes = [_new_scopes(scheme, held) for scheme in schemes]
        if len(schemes) == least and all(scopes):
            new = sorted(scope for some in scopes for scope in some)
            login = f"the login of {by}" if by else "our login"
            return f"{login} now also needs the {'permission' if len(new) == 1 else 'permissions'} {listed(new)}"
    ways = dict.fromkeys(listed([str(scheme) for scheme in schemes]) for schemes in lacking if len(schemes) == least)
    return f"{f'{by} now has' if by else 'we now have'} to log in with {listed(list(ways), 'or')}"


def _new_scopes(scheme: Scheme, held: list[Scheme]) -> frozenset[str]:
    """Return the scopes that our login of that kind lacks; none where we have no such login."""
    known = [own for own in held if own.meaning == scheme.meaning]
    return scheme.scopes - known[0].scopes if known else frozenset()
