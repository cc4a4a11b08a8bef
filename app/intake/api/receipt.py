"""The receipt of a call, as two routes answer it."""

from fastapi import Response

from app.intake.schemas.told import CallReceipt
from app.intake.service.ending import Receipt
from app.intake.wire import decision_json, verdict_json


def receipt_out(receipt: Receipt, response: Response) -> CallReceipt:
    """What is told of a call that was stored, and where it is."""
    response.headers["Location"] = f"/v1/calls/{receipt.call_id}"
    offered = receipt.offered
    return CallReceipt.model_validate(
        {
            "id": receipt.call_id,
            "reference": receipt.reference,
            "kind": receipt.kind,
            "disposition": receipt.disposition,
            "registered_at": receipt.registered_at,
            "verdict": verdict_json(receipt.verdict),
            "case_id": receipt.case_id,
            "disposition_reason": "stays_ours" if receipt.stays_ours else None,
            "open_hand_offs": receipt.open_hand_offs,
            "joined_case_id": receipt.joined_case_id,
            "case_reference": receipt.case_reference,
            "offered": {"offer_id": offered.offer_id, **decision_json(offered.decision)} if offered else None,
        }
    )
