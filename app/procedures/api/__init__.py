"""Procedures over HTTP, one file each."""

from app.core.routes import joined
from app.procedures.api.calamities import router as calamities
from app.procedures.api.inquiries import router as inquiries
from app.procedures.api.joint import router as joint
from app.procedures.api.requests import router as requests

router = joined(requests, inquiries, calamities, joint)
