"""Words that people read, marked for translation. English is built in; `_` is where a catalogue would be asked."""


def _(text: str) -> str:
    """The text in the reader's language."""
    return text


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the text that fits the number."""
    return one if n == 1 else many
