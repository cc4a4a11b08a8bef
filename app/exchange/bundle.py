"""A page of what was found, as a FHIR Bundle: what counted of the question, the next page, and the moment to go on from."""

from collections.abc import Sequence
from datetime import datetime

from app.exchange.codes import BASE, Resource, without_nothing
from app.exchange.fhir_task import Told, instant, service_request_of, task_of
from app.exchange.search import Place, Search


def bundle(
    base_url: str, search: Search, tasks: Sequence[Told], latest: datetime, following: Place | None, total: int | None
) -> Resource:
    """The answer to a search for tasks."""
    entries = [_entry(base_url, task_of(one)) for one in tasks]
    if search.include:
        wanted = {one.case_id: one for one in tasks if one.is_own}
        entries += [_entry(base_url, service_request_of(one), "include") for one in wanted.values()]
    links = [_link(base_url, "self", "Task", search.query())]
    if following:
        links.append(_link(base_url, "next", "Task", search.query(following)))
    return _searchset(links, entries, {"lastUpdated": instant(latest)}, total)


def all_of(base_url: str, kind: str, query: str, found: Sequence[Resource]) -> Resource:
    """The answer to a search that has one page."""
    entries = [_entry(base_url, one) for one in found]
    return _searchset([_link(base_url, "self", kind, query)], entries, None, len(found))


def _searchset(links: list[Resource], entries: list[Resource], meta: Resource | None, total: int | None) -> Resource:
    told = {"meta": meta, "type": "searchset", "total": total, "link": links, "entry": entries}
    return {"resourceType": "Bundle", **without_nothing(told)}


def _link(base_url: str, relation: str, kind: str, query: str) -> Resource:
    return {"relation": relation, "url": f"{base_url}{BASE}/{kind}{'?' if query else ''}{query}"}


def _entry(base_url: str, resource: Resource, mode: str = "match") -> Resource:
    url = f"{base_url}{BASE}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}
