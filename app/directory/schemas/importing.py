"""Imports on the wire."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from app.core.http import Moment, Wire
from app.directory.importing.difference import Report
from app.directory.importing.told import Kind


class DifferenceOut(Wire):
    """How many of something are `new`, `ended`, `renamed`, `moved` or `changed`, and the first five of them in words."""

    about: str
    what: str
    number: int
    first: list[str]


class SuccessorOut(Wire):
    """A municipality into which another went over."""

    code: str
    name: str


class ContractOut(Wire):
    """A service whose area holds a municipality that ends or ended. Nothing was moved: choose one successor, or several."""

    service_id: UUID
    service: str
    organisation: str
    municipality_code: str
    municipality_name: str
    successors: list[SuccessorOut]


class ImportReportOut(Wire):
    """What a file is, and what it changes in the directory; `applied` says whether it was carried out."""

    kind: Kind
    file_name: str
    sha256: str
    format: str
    encoding: str
    delimiter: str
    rows: int
    year: int | None
    on: date
    applied: bool
    already_imported: bool
    outcome: str
    differences: list[DifferenceOut]
    contracts: list[ContractOut]
    notes: list[str]

    @classmethod
    def of(cls, report: Report) -> "ImportReportOut":
        """The report as the API shows it."""
        return cls(
            kind=report.kind,
            on=report.on,
            applied=report.applied,
            already_imported=report.seen_before,
            outcome=report.outcome,
            differences=[DifferenceOut.model_validate(asdict(one)) for one in report.differences],
            contracts=[
                ContractOut.model_validate(
                    asdict(one) | {"successors": [SuccessorOut(code=code, name=name) for code, name in one.successors]}
                )
                for one in report.contracts
            ],
            notes=list(report.notes),
            **asdict(report.source),
        )


class CountOut(Wire):
    """How many of something were new, ended, renamed, moved or changed."""

    about: str
    what: str
    number: int


class ImportOut(Wire):
    """An import that was carried out; `keyId` is null when it came by the command line."""

    id: UUID
    kind: Kind
    format: str
    file_name: str
    sha256: str
    rows: int
    counts: list[CountOut]
    effective_on: date
    at: Moment
    key_id: UUID | None
