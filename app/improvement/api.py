"""The worklist as JSON."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep
from app.improvement import worklist
from app.improvement.pages import contributors
from app.improvement.worklist import Ranked
from app.viewer import Right

router = APIRouter(prefix="/api/v1/worklist", tags=["worklist"])


class ActionOut(BaseModel):
    """The one thing to do: open the address, or send a POST to it where `post` is true."""

    label: str
    url: str
    post: bool


class ItemOut(BaseModel):
    """Something that would help."""

    key: str = Field(description="Stays the same as long as it is the same thing.")
    kind: str
    text: str
    detail: str | None
    url: str | None
    people: int | None = Field(description="Different readers in 90 days; null: too few to be told apart.")
    criticality: int
    score: int = Field(description="People × criticality; few people count as one less than `JOBAIDS_MIN_GROUP`.")
    action: ActionOut


class WorklistOut(BaseModel):
    """What would help most, best first."""

    items: list[ItemOut]


def _out(one: Ranked) -> dict[str, Any]:
    item = one.item
    plain = {name: getattr(item, name) for name in ("key", "kind", "text", "detail", "url")}
    counted = {"people": one.people, "criticality": one.criticality, "score": one.score}
    return plain | counted | {"action": vars(item.action)}


@router.get("", summary="What would help most")
def read_worklist(
    request: Request, session: ReadSession, viewer: ViewerDep, settings: SettingsDep, now: NowDep
) -> WorklistOut:
    """Ranked by people affected × criticality; what somebody put off is left out."""
    viewer.require(Right.WRITE)
    found = worklist.build(session, now, contributors(request), settings.min_group)
    return WorklistOut(items=[ItemOut(**_out(one)) for one in found.items])
