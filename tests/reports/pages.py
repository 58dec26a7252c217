"""Reading a page back, strictly."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}


def nested(text):
    """(tag, the tags around it) of every element of a page."""
    page, found = Page.__new__(Page), []
    HTMLParser.__init__(page)
    page.tags, page.open, page.words = [], [], []
    page.handle_starttag = lambda tag, attrs: (
        found.append((tag, list(page.open))),
        Page.handle_starttag(page, tag, attrs),
    )
    page.feed(text)
    return found


class Page(HTMLParser):
    """The tags, ids and text of a page; fails where tags are not nested properly."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    def all(self, attribute):
        return [attrs[attribute] for _, attrs in self.tags if attrs.get(attribute)]
