"""All tables in one import, for the migrations."""

from sqlmodel import SQLModel

from app import chores, outbox
from app.aids import models as aids
from app.improvement import models as improvement
from app.library import models as library
from app.people import models as people
from app.publishing import drafts_models as drafts
from app.publishing import models as publishing
from app.search import models as search
from app.transfer import models as transfer
from app.usage import models as usage
from app.widget import models as widget
from app.work import models as work

__all__ = [
    "SQLModel", "aids", "chores", "drafts", "improvement", "library", "outbox", "people", "publishing", "search",
    "transfer", "usage", "widget", "work",
]  # fmt: skip
