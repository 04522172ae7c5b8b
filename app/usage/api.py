"""Intake of use events."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.deps import ViewerDep
from app.usage.schemas import Batch, Receipt
from app.usage.service import Usage

router = APIRouter(prefix="/api/v1", tags=["use"])


def _usage(request: Request) -> Usage:
    usage: Usage = request.app.state.usage
    return usage


UsageDep = Annotated[Usage, Depends(_usage)]


@router.post("/events", summary="Record use")
async def take_events(usage: UsageDep, viewer: ViewerDep, batch: Batch) -> Receipt:
    """Searches, opens, steps, outcomes, questions, prints; answered once they are durable. The same id counts once."""
    return await usage.take_in(batch.events, viewer)
