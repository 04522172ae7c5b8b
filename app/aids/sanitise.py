"""The second gate of a text: whatever is not on this list does not come through."""

import nh3

TAGS = set(
    "a abbr blockquote br caption code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr img input li ol"
    " p pre s section span strong sub summary sup table tbody td tfoot th thead tr ul".split()
)
ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "loading"},
    "input": {"type", "disabled", "checked", "aria-labelledby", "aria-label"},
    "ol": {"start"},
    "div": {"tabindex", "role", "aria-label"},
}


def clean(html: str) -> str:
    """The HTML of a part, safe to show."""
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    html = html.replace("<table>", '<div class="table-wrap" tabindex="0" role="group" aria-label="Table"><table>')
    html = html.replace("</table>", "</table></div>")
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
