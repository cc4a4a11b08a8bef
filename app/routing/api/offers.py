"""See what you are asked, accept or decline it, and why a case went where it went."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.cases.lifecycle import Urgency
from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, SnapshotOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.delivery.service import feed
from app.directory.places import PlaceAmbiguous, PlaceOfStay, PlaceUnknown
from app.identity.doors import CaseReader, DirectoryReader, OfferAnswerer
from app.routing.decide import NobodyLeft
from app.routing.need import Kind, Need
from app.routing.offers import OfferState
from app.routing.schemas.offers import (
    AcceptanceIn,
    AcceptanceOut,
    DecisionOut,
    DeclineIn,
    DeclineOut,
    OfferOut,
    RoutingOut,
    RoutingPreviewOut,
)
from app.routing.service import answer
from app.routing.service.answer import CantDecline, OfferEnded
from app.routing.service.explain import explain
from app.routing.service.preview import preview

router = rooms_router("routing")


@router.get("/offers", responses=problems(Invalid))
async def list_offers(
    work: CaseReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[OfferState | None, Query(description="Only offers in this state")] = None,
) -> SnapshotOut[OfferOut]:
    """The offers to your organisation, oldest first."""
    position = await feed.position(work)
    page = await answer.offers(work, after=after(cursor), limit=limit, state=state)
    return SnapshotOut[OfferOut](items=[OfferOut.of(offer) for offer in page.items], next=page.next, feed_position=position)


@router.get("/offers/{offer_id}", responses=problems(Invalid, NotFound))
async def read_offer(offer_id: UUID, work: CaseReader, response: Response) -> OfferOut:
    """One offer. Its ETag is what If-Match wants when you answer."""
    offer = await answer.offer(work, offer_id)
    response.headers["ETag"] = etag(offer.version)
    return OfferOut.of(offer)


@router.post("/offers/{offer_id}/sight", status_code=201, responses=problems(Invalid, NotFound, OfferEnded))
async def see_offer(offer_id: UUID, work: OfferAnswerer) -> OfferOut:
    """Say that you have seen an offer: whoever took the call in hears it. Its time runs on; only an answer stops that."""
    return OfferOut.of(await answer.see(work, offer_id))


@router.post(
    "/offers/{offer_id}/acceptance",
    status_code=201,
    responses=problems(Invalid, NotFound, OfferEnded, Stale, PreconditionRequired),
)
async def accept_offer(
    offer_id: UUID, body: AcceptanceIn, work: OfferAnswerer, request: Request, response: Response
) -> AcceptanceOut:
    """Accept: your organisation is responsible from this moment. Needs If-Match with the offer's ETag."""
    offer, case = await answer.accept(work, offer_id, expected_version(request), body.coordinator)
    response.headers["ETag"] = etag(offer.version)
    response.headers["Location"] = f"/v1/cases/{case.id}"
    return AcceptanceOut.model_validate(
        {
            "offer": OfferOut.of(offer),
            "case_id": case.id,
            "case_version": case.version,
            "first_contact_by": case.deadline_at,
        }
    )


@router.post(
    "/offers/{offer_id}/decline",
    status_code=201,
    responses=problems(Invalid, NotFound, OfferEnded, CantDecline, Stale, PreconditionRequired, NobodyLeft),
)
async def decline_offer(offer_id: UUID, body: DeclineIn, work: OfferAnswerer, request: Request) -> DeclineOut:
    """Decline, with a reason: the next organisation is asked at once. Needs If-Match with the offer's ETag."""
    await answer.decline(work, offer_id, expected_version(request), body.reason)
    return DeclineOut(offer_id=offer_id, state=OfferState.DECLINED, reason=body.reason)


@router.get("/cases/{case_id}/routing", responses=problems(Invalid, NotFound))
async def read_routing(case_id: UUID, work: CaseReader) -> RoutingOut:
    """Every decision about a case: each candidate, and why it was taken or passed over."""
    decisions, offers = await explain(work, case_id)
    return RoutingOut(decisions=[DecisionOut.of(one) for one in decisions], offers=[OfferOut.of(one) for one in offers])


@router.get("/routing/preview", responses=problems(Invalid, PlaceUnknown, PlaceAmbiguous, NobodyLeft))
async def preview_routing(  # noqa: PLR0913, PLR0917  each is a part of the question
    work: DirectoryReader,
    urgency: Annotated[Urgency, Query(description="How soon somebody must act")],
    postcode: Annotated[
        str | None, Query(max_length=10, description="Without the house number: addresses don't belong in URLs")
    ] = None,
    municipality_code: Annotated[
        str | None, Query(alias="municipalityCode", max_length=10, description="Goes before the postcode")
    ] = None,
    kind: Annotated[Kind, Query(description="What it is about")] = Kind.WORRY,
    age: Annotated[int | None, Query(ge=0, le=130, description="How old the person is at most")] = None,
    at: Annotated[AskedMoment | None, Query(description="The moment of the call; default: now")] = None,
    known_at: Annotated[
        AskedMoment | None, Query(alias="knownAt", description="The directory as it was then; default: as it was at `at`")
    ] = None,
) -> RoutingPreviewOut:
    """Who would be asked about a case at any moment, past or to come, and of everybody else why not. Nothing is stored."""
    place = PlaceOfStay(postcode, municipality_code)
    return RoutingPreviewOut.of(await preview(work, place, Need(urgency, kind, age), at, known_at))
