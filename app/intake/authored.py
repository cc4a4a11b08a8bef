"""A protocol as it is written: the form of the file, and the JSON Schema that editors check it by."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.cases.lifecycle import Flag, Urgency

YES_NO: Final = ("yes", "no", "unknown")
MOST: Final = 200  # ⚙ of anything in a protocol; an operator reads far fewer
VERSION: Final = r"^[a-z0-9]+([-.][a-z0-9]+)*$"
LANGUAGE: Final = r"^[a-z]{2,3}$"
NO_OTHER_WORD: Final = r"^(?!(say|way|to)$)[a-z]{2,3}$"  # words of the file that look like languages
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Words = Annotated[str, StringConstraints(max_length=500)]
Answers = Annotated[list[Code], Field(min_length=1, max_length=MOST)]
Condition = Annotated[
    dict[Code, Answers], Field(max_length=MOST, description="Question: the answers that count. All of them must hold")
]


class Part(BaseModel):
    """A part of the file; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _languages(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = False
    schema["patternProperties"] = {NO_OTHER_WORD: {"type": "string", "maxLength": 500}}


class Told(BaseModel):
    """A part with a text in each language, beside whatever else it says: `nl: …`, `en: …`."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, json_schema_extra=_languages)
    __pydantic_extra__: dict[Language, Words]

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language."""
        return dict(self.__pydantic_extra__ or {})


class QuestionPart(Told):
    """A question to the caller."""

    about: Annotated[Code, Field(description="`safety` questions are asked first; in doubt they count as yes")]
    say: Annotated[dict[Language, Words], Field(max_length=MOST)] = Field({}, description="The sentence to say, by language")
    options: Annotated[list[Code], Field(min_length=2, max_length=MOST)] = Field(
        list(YES_NO), description="Its answers; yes, no and unknown unless told"
    )
    ask_when: Condition = Field({}, description="Asked only when these questions were answered so")
    informs: bool = Field(False, description="No rule uses it: it is for whoever takes the case")


class FlagPart(Told):
    """What a flag means."""

    at_least: Annotated[Urgency, Field(description="The urgency may never be lower while the flag is up")]


class FlagRulePart(Part):
    """When a flag is raised."""

    flag: Flag
    when: Condition


class UrgencyRulePart(Told):
    """When a call is at least this urgent; the severest rule that holds wins."""

    urgency: Urgency
    code: Code
    when: Condition


class HandOffPart(Told):
    """To whom the caller is put through."""

    to: Code
    number: Annotated[str, Field(max_length=40, description='Quoted: "112". Empty where it differs by region')]
    way: Literal["warm", "cold"]
    urgencies: list[Urgency] = []
    flags: list[Flag] = []


class SuggestPart(Part):
    """When a piece of advice is suggested: with any of these."""

    urgencies: list[Urgency] = []
    flags: list[Flag] = []


class AdvicePart(Told):
    """A piece of advice, ticked when it was given."""

    suggest: SuggestPart = SuggestPart()


class ValidPart(Part):
    """The days on which a call may name this version; the last one not included. Days in the Netherlands."""

    starts_on: date | None = Field(None, alias="from")
    ends_on: date | None = Field(None, alias="until")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.starts_on >= self.ends_on:
            raise ValueError("It ends before it begins.")
        return self


class ChosenPart(Part):
    """The operator's own choice in an example."""

    urgency: Urgency
    reason: Words | None = None


class ExamplePart(Part):
    """A call that the protocol must classify as stated; flags and hand-offs are all that there are."""

    name: Words
    answers: Annotated[dict[Code, Code], Field(max_length=MOST)]
    chosen: ChosenPart | None = None
    urgency: Urgency
    flags: list[Flag] = []
    hand_offs: list[Code] = []


class ProtocolFile(Part):
    """A triage protocol of Nodus, one version a file, named as its version."""

    version: Annotated[str, StringConstraints(pattern=VERSION, max_length=40)]
    languages: Annotated[list[Language], Field(min_length=1, max_length=20, description="nl and en are obligatory")]
    valid: ValidPart = ValidPart()
    questions: Annotated[dict[Code, QuestionPart], Field(min_length=1, max_length=MOST)]
    flags: dict[Flag, FlagPart]
    flagged: Annotated[list[FlagRulePart], Field(max_length=MOST)]
    otherwise: Annotated[Urgency, Field(description="The urgency when no rule holds")]
    urgencies: Annotated[list[UrgencyRulePart], Field(max_length=MOST)]
    hand_offs: Annotated[list[HandOffPart], Field(max_length=MOST)]
    observations: Annotated[dict[Code, Told], Field(max_length=MOST)]
    advice: Annotated[dict[Code, AdvicePart], Field(max_length=MOST)]
    examples: Annotated[list[ExamplePart], Field(max_length=1000)] = []


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a protocol's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ProtocolFile.model_json_schema()}
