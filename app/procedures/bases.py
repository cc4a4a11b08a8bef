"""On which basis something about a person is asked, told or judged, and what asking itself discloses.

Sources: GDPR art. 6 and 9; facts.md F40 (each collection of information is justified separately), F43 (care secrecy: consent,
legal duty, conflict of duties, reporting right).
"""

from collections.abc import Iterable
from enum import StrEnum

from app.core.errors import FieldError, Invalid


class Basis(StrEnum):
    """The legal basis: a closed list."""

    CONSENT = "consent"  # GDPR 6(1)(a), 9(2)(a)
    VITAL_INTEREST = "vital_interest"  # 6(1)(d), 9(2)(c)
    WVGGZ = "wvggz"  # 6(1)(c): what the act on compulsory mental health care orders
    WMO = "wmo"  # Wmo 2015: support by the municipality
    WPG = "wpg"  # Wet politiegegevens: the police tell partners
    LEGAL_DUTY = "legal_duty"  # 6(1)(c): another act
    PUBLIC_TASK = "public_task"  # 6(1)(e)
    REPORTING_RIGHT = "reporting_right"  # meldrecht, as to Veilig Thuis
    CONFLICT_OF_DUTIES = "conflict_of_duties"  # conflict van plichten: secrecy is broken to prevent serious harm


class Consent(StrEnum):
    """Whether the person was asked, and what they said."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    NOT_POSSIBLE = "not_possible"  # they could not be asked, or could not decide


class Disclosed(StrEnum):
    """What somebody learns of the person by being asked or answered; never who reported."""

    CASE_EXISTS = "case_exists"
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    WORRY = "worry"  # what people worry about
    HEALTH = "health"
    CARE = "care"  # who gives which care
    POLICE = "police"  # that the police know the person, or why
    HOUSEHOLD = "household"
    FINANCES = "finances"


class OutsideParty(StrEnum):
    """Who is asked, or asks, when it is no organisation of the directory."""

    PERSON = "person"  # themselves
    RELATIVE = "relative"
    CARER = "carer"  # mantelzorger
    LEGAL_REPRESENTATIVE = "legal_representative"
    GENERAL_PRACTITIONER = "general_practitioner"
    HOSPITAL = "hospital"
    MENTAL_HEALTH = "mental_health"
    ADDICTION_CARE = "addiction_care"
    SOCIAL_TEAM = "social_team"
    HOUSING = "housing"
    POLICE = "police"
    PROSECUTOR = "prosecutor"
    PROBATION = "probation"
    MUNICIPALITY = "municipality"
    SCHOOL = "school"
    EMPLOYER = "employer"
    OTHER = "other"


class BasisMissing(Invalid):
    """Nothing about a person is asked or told without a legal basis."""

    slug, title = "basis-missing", "The legal basis is missing"


def insist_on_basis(basis: Basis | None, consent: Consent) -> Basis:
    """The basis, if it holds.

    Raises:
        BasisMissing: there is none, or it is consent that the person did not give.
    """
    if basis is None:
        fault = FieldError("/basis", "missing", "Name the legal basis. Without one, refuse with the reason `no_basis`.")
        raise BasisMissing("On which legal basis? Nothing was changed.", errors=[fault])
    if basis is Basis.CONSENT and consent is not Consent.GIVEN:
        fault = FieldError("/consent", "not_given", "Ask the person first, or name another basis.")
        raise BasisMissing("The person has not consented, so consent is no basis. Nothing was changed.", errors=[fault])
    return basis


def insist_on_disclosed(disclosed: Iterable[Disclosed], pointer: str) -> list[str]:
    """What is disclosed, in order and once each.

    Raises:
        Invalid: nothing is said: whoever is asked, or answered, learns at least that there is a case.
    """
    said = sorted(set(disclosed))
    if not said:
        fault = FieldError(pointer, "missing", "Name what they learn by it; at least `case_exists`.")
        raise Invalid("Asking about somebody tells something about them. Say what.", errors=[fault])
    return [str(one) for one in said]
