"""What can be found, read from the pages themselves."""

from components import search
from tests.lesson import PAGES, outlines


def test_every_page_is_in_the_index_with_unique_anchors_and_text() -> None:
    found = search.index([(page.path, page.title, page.outline()) for page in PAGES.values()])
    assert [page["path"] for page in found["pages"]] == list(PAGES)
    for page in found["pages"]:
        anchors = [section["anchor"] for section in page["sections"]]
        assert len(anchors) == len(set(anchors)), page["path"]
        assert all(len(section["text"]) <= search.MOST_TEXT for section in page["sections"])
    warmup = outlines()["/warmup"]
    assert "how-long" in {section.anchor for section in warmup.sections}
    assert any("Ma and Yarats" in section.text for section in warmup.sections)
    assert not any(
        "](" in section.text or "$" in section.text for o in outlines().values() for section in o.sections
    )
