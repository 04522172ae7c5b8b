"""What stands in the editor when a new aid begins: the shape of each kind, with a word where words belong."""

from app.aids.document import Kind
from app.web.words import _

STARTERS: dict[Kind, str] = {
    Kind.PROCEDURE: _("""## Quick steps
1. Open **…**. You see …
2. Press **…**.

## Details
Limits, exceptions and reasons.

## If it goes wrong
* **What she sees.** What to do then.

## People
Who helps.
"""),
    Kind.CHECKLIST: _("""## Quick steps
- [ ] **…** is done.
- [ ] **…** is there.

## Details
What a point means, where it is not plain.

## If it goes wrong
* **A point cannot be ticked.** What to do then.

## People
Who helps.
"""),
    Kind.DECISION: _("""## Decide
1. Is it …?
    - Yes: do this.
    - No: next question.
2. Is it …?
    - Yes: do this.
    - No: ask …

## Details
Where the limits come from.

## People
Who decides when none of it fits.
"""),
    Kind.REFERENCE: _("""## Table
| Code | Meaning | What to do |
|---|---|---|
| … | … | … |

## Details
What is not plain from the table.

## People
Who knows more.
"""),
    Kind.TROUBLESHOOTING: _("""## Quick steps
1. Look whether … That is it most of the time.
2. Switch … off and on.

## What she sees
### The likeliest cause
What to do then.

### Another cause
What to do then.

## People
Who helps when none of it works.
"""),
}


def body(kind: Kind) -> str:
    """The text that an aid of this kind begins with."""
    return STARTERS[kind]
