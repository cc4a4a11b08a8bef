"""The façade's addresses, all under /fhir/r4; kept out of openapi.json, since GET /fhir/r4/metadata describes them."""

from app.core.routes import joined
from app.exchange.api.contents import router as contents
from app.exchange.api.metadata import router as metadata
from app.exchange.api.tasks import router as tasks

router = joined(metadata, tasks, contents)
