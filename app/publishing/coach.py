"""The coach beside the text: what would make an aid quicker to use. It gives advice and never stands in the way.

Pure functions of the text as it was read. The limits are rules of thumb, each with its reason; what is about English
sentences is only said of English texts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markdown_it.token import Token

from app.aids.document import Document, Kind
from app.aids.render import Rendered, parsed
from app.web.words import _

TWO_LINES = 140  # characters of a step on a phone held upright, about
LONG_SENTENCE = 25  # words
IN_TEN_SECONDS = 40  # words, at 240 a minute
WITH_STEPS = {Kind.PROCEDURE, Kind.CHECKLIST}
SENTENCE = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(`]*[A-Z0-9£$€`])")
CODE = re.compile(r"`[^`]*`")
WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
IRREGULAR = (
    "built|chosen|done|found|given|held|kept|known|left|made|paid|put|read|seen|sent|set|shown|taken|told|written"
)
PARTICIPLE = rf"(?:\w{{2,}}ed|{IRREGULAR})\b"
BE = r"\b(?:is|are|was|were|be|been|being)(?: not| never| also| then| first| \w+ly)?"
PASSIVE_BY = re.compile(rf"{BE} {PARTICIPLE} by (?:the|an?|your|our|somebody|someone) (?!hand\b)", re.I)
PASSIVE_DUTY = re.compile(rf"\b(?:must|should|has to|have to|needs to|need to)(?: not)? be {PARTICIPLE}", re.I)
PASSIVE_STEP = re.compile(
    rf"^(?:the|a|an|all|each|every|this|that|these|those|your)\b[^,.;:]{{1,60}}? {BE} {PARTICIPLE}", re.I
)
STATES = re.compile(
    r"\b(?:is|are)(?: not)? (?:needed|closed|locked|finished|allowed|supposed|used|related|based)\b", re.I
)


@dataclass(frozen=True)
class Advice:
    """One piece of advice: at which line of the text (0: not in the text), at which field, and why it matters."""

    text: str
    why: str
    line: int = 0
    field: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence, the line of the block in which it stands, and whether it is what a step begins with."""

    words: str
    line: int
    opens_step: bool = False


@dataclass(frozen=True)
class Step:
    """A paragraph of a step, without the lists and tables below it."""

    number: int
    words: str
    line: int


@dataclass
class Text:
    """A text as the coach sees it."""

    document: Document
    rendered: Rendered
    english: bool
    tokens: list[Token] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = parsed(self.document)
        self.steps = list(_steps(self.tokens))


def advise(document: Document, rendered: Rendered, language: str = "en") -> list[Advice]:
    """What could be better, in the order of the page; `language` is that of texts which name none."""
    text = Text(document, rendered, (document.front.lang or language) == "en")
    found = [advice for look in LOOKS for advice in look(text)]
    return sorted(found, key=lambda advice: advice.line)


def _task(text: Text) -> Iterator[Advice]:
    if not text.document.front.tasks:
        yield Advice(
            _("Name the task that this aid supports."),
            _("The task leads people here who do not search, and shows where an aid is missing."),
            field="tasks",
        )


def _owner(text: Text) -> Iterator[Advice]:
    if not text.document.front.owner:
        yield Advice(_("Name an owner."), _("Somebody has to hear when it does not work any more."), field="owner")


def _keywords(text: Text) -> Iterator[Advice]:
    keywords = text.document.front.keywords
    known = set(_stems(text.rendered.title))
    if not keywords:
        advice = _("Add the words that employees use for it.")
    elif all(set(_stems(word)) <= known for word in keywords):
        advice = _("The keywords only repeat the title. Add words that employees say and the title does not have.")
    else:
        return
    yield Advice(advice, _("People search in their own words: “money back”, not “refund”."), field="keywords")


def _stems(words: str) -> list[str]:
    return [re.sub(r"(?<=\w{3})(?:ies|es|ing|ed|s|y)$", "", word) for word in WORD.findall(words.lower())]


def _has_steps(text: Text) -> Iterator[Advice]:
    if text.document.front.kind in WITH_STEPS and not text.steps:
        yield Advice(
            _("Write the steps as a numbered list or a task list."),
            _("Steps get boxes to tick and stand on top of the page, on the card and on a phone."),
            line=1,
        )


def _long_steps(text: Text) -> Iterator[Advice]:
    for step in text.steps:
        if len(step.words) > TWO_LINES:
            yield Advice(
                _("Step {n} is longer than two lines. Make two steps of it, or move the reasons to Details.").format(
                    n=step.number
                ),
                _("Whoever looks up between two actions finds her place again in short steps only."),
                step.line,
            )


def _long_sentences(text: Text) -> Iterator[Advice]:
    for sentence in _sentences(text.tokens):
        count = len(WORD.findall(CODE.sub("code", sentence.words)))
        if count > LONG_SENTENCE:
            yield Advice(
                _("A sentence of {n} words: “{start} …”. Make two of it.").format(
                    n=count, start=_start(sentence.words)
                ),
                _("Over {n} words most people read a sentence twice.").format(n=LONG_SENTENCE),
                sentence.line,
            )


def _passive(text: Text) -> Iterator[Advice]:
    for sentence in _sentences(text.tokens) if text.english else ():
        if sentence.opens_step and (PASSIVE_STEP.search(_acts(sentence)) or PASSIVE_DUTY.search(_acts(sentence))):
            advice = _("“{start} …” does not say who does it. Begin with the verb, or name the person.")
        elif PASSIVE_BY.search(_acts(sentence)):
            advice = _("“{start} …” names last who does it. Begin with the person.")
        else:
            continue
        yield Advice(
            advice.format(start=_start(sentence.words)),
            _("“The order is opened” leaves her to guess whether she does it. “Open the order” does not."),
            sentence.line,
        )


def _acts(sentence: Sentence) -> str:
    """The sentence without states, which only look like something that is done."""
    return STATES.sub("", sentence.words)


def _images(text: Text) -> Iterator[Advice]:
    for token in text.tokens:
        for child in token.children or ():
            if child.type == "image" and not child.content.strip():
                yield Advice(
                    _("Say in words what the image shows: ![the words](…)."),
                    _("It is read to those who cannot see it, and stands there when it does not load."),
                    _line(token),
                )


def _ten_seconds(text: Text) -> Iterator[Advice]:
    first = text.steps[0].words if text.steps else ""
    count = len(WORD.findall(f"{text.rendered.summary} {first}"))
    if count > IN_TEN_SECONDS:
        yield Advice(
            _("Summary and first step have {n} words. Cut the summary to one line.").format(n=count),
            _("Somebody who is stuck gives a page ten seconds: about {n} words.").format(n=IN_TEN_SECONDS),
            field="summary",
        )


def _when_wrong(text: Text) -> Iterator[Advice]:
    roles = {section.role for section in text.rendered.sections}
    if text.document.front.kind in WITH_STEPS and text.steps and "trouble" not in roles:
        yield Advice(
            _("Add a part “If it goes wrong”: each known failure with its remedy."),
            _("Without it, whoever is stuck leaves the page to ask."),
            line=text.document.body.count("\n") + 1,
        )


LOOKS: tuple[Callable[[Text], Iterator[Advice]], ...] = (
    _ten_seconds, _task, _keywords, _owner, _has_steps, _long_steps, _long_sentences, _passive, _images, _when_wrong,
)  # fmt: skip


def _steps(tokens: Sequence[Token]) -> Iterator[Step]:
    """The items of the first list that is numbered or has boxes, as the page takes them for steps."""
    lists = (n for n, token in enumerate(tokens) if token.level == 0 and _may_be_steps(token))
    number = 0
    for token in tokens[next(lists, len(tokens)) :]:
        if token.level == 0 and token.type.endswith("list_close"):
            return
        number += token.level == 1 and token.type == "list_item_open"
        if token.level == 3 and token.type == "inline":  # a paragraph of the item itself
            yield Step(number, _words(token), _line(token))


def _may_be_steps(token: Token) -> bool:
    return token.type == "ordered_list_open" or "contains-task-list" in str(token.attrs.get("class", ""))


def _sentences(tokens: Sequence[Token]) -> Iterator[Sentence]:
    """Sentences of paragraphs and list items; headings, tables, code and quoted examples are none."""
    step_lines = {step.line for step in _steps(tokens)}
    quoted = 0
    for before, token in pairwise(tokens):
        quoted += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type != "inline" or before.type != "paragraph_open" or quoted:
            continue
        opens = _line(token) in step_lines
        for words in SENTENCE.split(_words(token)):
            yield Sentence(words.strip(), _line(token), opens)
            opens = False


def _words(token: Token) -> str:
    """The words of a block, code between backticks."""
    spoken = {"text": "{}", "code_inline": "`{}`", "softbreak": " ", "hardbreak": " "}
    return "".join(spoken.get(child.type, "").format(child.content) for child in token.children or ()).strip()


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _start(words: str) -> str:
    return " ".join(words.split()[:5]).rstrip(",.;:")
