"""What this façade can do, in the standard's own form. Source: hl7.org/fhir/R4/capabilitystatement.html."""

from typing import Any, Final

from app.exchange.codes import BASE, Resource

SINCE: Final = "2026-11-25"
FORMATS: Final = ("application/fhir+json", "json")
PATCHES: Final = ("application/fhir+json", "application/json", "application/merge-patch+json", "application/json-patch+json")
ABOUT: Final = (
    "The cases that a care provider is asked to take, as Tasks: poll them with _lastUpdated=gt and the Bundle's "
    "meta.lastUpdated, accept by setting the status. Whom and what they are about is told after accepting; every look is logged."
)


def capability(base_url: str, version: str) -> Resource:
    """The CapabilityStatement of the installation at this address."""
    resources: list[dict[str, Any]] = [
        {
            **_resource("Task", "read", "search-type", "update", "patch"),
            "versioning": "versioned-update",
            "updateCreate": False,
            "searchInclude": ["Task:focus"],
            "searchParam": [
                _parameter(
                    "owner", "reference", "Your own organisation, by the number you are known by; another has no tasks here"
                ),
                _parameter("status", "token", "Several with commas"),
                _parameter("focus", "reference", "A ServiceRequest"),
                _parameter("identifier", "token", "The reference of a case"),
                _parameter("_id", "token", "Several with commas"),
                _parameter("_lastUpdated", "date", "gt, ge, lt, le; several; also what to sort by, with _sort"),
            ],
        },
        _resource("ServiceRequest", "read"),
        _resource("Patient", "read"),
        {
            **_resource("Communication", "read", "search-type"),
            "searchParam": [
                _parameter("based-on", "reference", "A ServiceRequest; this or the subject must be named"),
                _parameter("subject", "reference", "A Patient"),
            ],
        },
    ]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "Nodus", "version": version},
        "implementation": {"description": ABOUT, "url": f"{base_url}{BASE}"},
        "fhirVersion": "4.0.1",
        "format": list(FORMATS),
        "patchFormat": list(PATCHES),
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "description": "Authorization: Bearer, with a token made by `nodus key create`."},
                "resource": resources,
            }
        ],
    }


def _resource(kind: str, *interactions: str) -> dict[str, Any]:
    return {
        "type": kind,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned",
        "readHistory": False,
        "conditionalRead": "not-match",
    }


def _parameter(name: str, kind: str, told: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "documentation": told}
