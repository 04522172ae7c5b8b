"""Who keeps what about a person: the keepers of all rooms, for `/me` and `jobaids person erase`."""

from app.improvement.keeper import KEEPER as QUESTIONS
from app.keepers import Keeper
from app.library.keeper import KEEPER as LIBRARY
from app.people.keeper import KEEPER as PEOPLE
from app.publishing.drafts import KEEPER as DRAFTS
from app.publishing.keeper import KEEPER as PUBLISHING
from app.transfer.keeper import KEEPER as TRANSFER
from app.usage.keeper import KEEPER as USAGE

KEEPERS: tuple[Keeper, ...] = (PEOPLE, LIBRARY, DRAFTS, PUBLISHING, QUESTIONS, TRANSFER, USAGE)
