"""Procedures over HTTP, one file each."""

from fastapi import APIRouter

from app.procedures.api.calamities import router as calamities
from app.procedures.api.inquiries import router as inquiries
from app.procedures.api.joint import router as joint
from app.procedures.api.requests import router as requests

router = APIRouter()
for part in (requests, inquiries, calamities, joint):
    router.include_router(part)
