"""Whom a case is about, and what callers told: a Patient and a Communication for each call, of an accepted case only.

Shaped as the Dutch core profiles want it (nl-core 0.12.1: numbers of a house as extensions of its line), without claiming one:
what is known is too little for that. Source: hl7.org/fhir/R4; Nictiz zib2020 AddressInformation.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.exchange.codes import ACT_CODE, CALL_REFERENCE, RELATION, Resource, coded, without_nothing
from app.exchange.fhir_task import Told, instant, meta
from app.intake.calls import Call

ADXP: Final = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-"
TOLD: Final = ("worry", "observed", "alreadyDone", "neededNow", "tried")
OF_THE_PERSON: Final = ("description", "habits", "alreadyInCareWith", "ageBand")
NOT_FOR_THE_PERSON: Final = {"system": ACT_CODE, "code": "NOPAT"}  # no disclosure to the patient

Contents = Mapping[str, Any]


def patient_of(task: Told, calls: Iterable[tuple[Call, Contents]]) -> Resource:
    """The person, as far as is known: what was told last counts, and nothing of a call that was entered in error."""
    person: dict[str, Any] = {}
    place: dict[str, Any] = {}
    for call, contents in calls:
        if call.in_error_at is None:
            person |= contents.get("person", {})
            place |= contents.get("place", {})
    return without_nothing(
        {
            "resourceType": "Patient",
            "id": str(task.case_id),
            "meta": meta(task),
            "name": [{"text": person["name"]}] if person.get("name") else None,
            "telecom": [{"system": "phone", "value": person["phone"]}] if person.get("phone") else None,
            "birthDate": person.get("birthDate"),
            "address": [
                _address(place[where], use) for where, use in (("residence", "home"), ("stay", "temp")) if place.get(where)
            ],
            "communication": [{"language": {"text": person["language"]}}] if person.get("language") else None,
        }
    )


def _address(where: Contents, use: str) -> Resource:
    number, addition = where.get("houseNumber"), where.get("addition")
    parts = [(f"{ADXP}houseNumber", number), (f"{ADXP}buildingNumberSuffix", addition)]
    extensions = [{"url": url, "valueString": value} for url, value in parts if value]
    told = [where.get("description"), f"hm {where['hectometrePost']}" if where.get("hectometrePost") else None]
    return without_nothing(
        {
            "use": use,
            "text": ", ".join(filter(None, told)) or None,
            "line": [" ".join(filter(None, (number, addition)))] if number else None,
            "_line": [{"extension": extensions}] if number else None,
            "district": where.get("municipalityCode"),
            "postalCode": where.get("postcode"),
            "country": "NL",
        }
    )


def communication_of(task: Told, call: Call, contents: Contents) -> Resource:
    """What a caller told, in their words, each under its own name; who they are is never for the person, unless they said so."""
    caller = contents.get("caller", {})
    person = contents.get("person", {})
    words = [(name, contents.get(name)) for name in TOLD] + [(name, person.get(name)) for name in OF_THE_PERSON]
    return without_nothing(
        {
            "resourceType": "Communication",
            "id": str(call.id),
            "meta": {**meta(task), "versionId": str(call.version)}
            | ({} if caller.get("personMayKnow") else {"security": [NOT_FOR_THE_PERSON]}),
            "contained": [_caller(task, caller)],
            "identifier": [{"system": CALL_REFERENCE, "value": call.reference}],
            "basedOn": [{"reference": f"ServiceRequest/{task.case_id}", "type": "ServiceRequest"}],
            "status": "entered-in-error" if call.in_error_at else "completed",
            "subject": {"reference": f"Patient/{task.case_id}", "type": "Patient"},
            "sent": instant(call.received_at),
            "received": instant(call.registered_at),
            "sender": {"reference": "#caller"},
            "payload": [{"id": name, "contentString": text} for name, text in words if text and text != "unknown"],
        }
    )


def _caller(task: Told, caller: Contents) -> Resource:
    telecom = [{"system": kind, "value": caller[kind]} for kind in ("phone", "email") if caller.get(kind)]
    return without_nothing(
        {
            "resourceType": "RelatedPerson",
            "id": "caller",
            "patient": {"reference": f"Patient/{task.case_id}"},
            "relationship": [coded(RELATION, caller["relation"])] if caller.get("relation") else None,
            "name": [{"text": caller["name"]}] if caller.get("name") else None,
            "telecom": telecom,
        }
    )
