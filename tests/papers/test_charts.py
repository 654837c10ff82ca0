"""Charts as SVG: exact places, and words that cannot break out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from zhirong.papers import charts


def shapes(svg: str, name: str) -> list[dict[str, str]]:
    return [dict(node.attrib) for node in ElementTree.fromstring(svg).iter(name)]


def test_a_bar_starts_at_zero_and_the_widest_is_the_largest() -> None:
    assert shapes(charts.bar(40, 160), "rect") == [{"class": "a", "width": "25.00%", "height": "14"}]
    assert shapes(charts.bar(160, 160), "rect")[0]["width"] == "100.00%"
    assert shapes(charts.bar(5, 0), "rect")[0]["width"] == "0.00%"


def test_parts_of_a_whole_stand_one_after_the_other() -> None:
    drawn = shapes(charts.stacked([(40, "a"), (30, "w"), (30, "b")], 100), "rect")
    assert [(one["x"], one["width"]) for one in drawn] == [
        ("0.00%", "40.00%"),
        ("40.00%", "30.00%"),
        ("70.00%", "30.00%"),
    ]


def test_a_histogram_marks_the_chosen_range() -> None:
    drawn = shapes(charts.columns([0, 5, 10], chosen=range(1, 3)), "rect")
    assert [(one["class"], one["y"], one["height"]) for one in drawn] == [
        ("b", "52.0", "0.0"),
        ("a", "26.5", "25.5"),
        ("a", "1.0", "51.0"),
    ]


def test_a_price_stands_until_the_next_one_and_rises_upright() -> None:
    svg = charts.steps_line([(0, 80), (50, 100)], until=100, label="80 to 100", values=[(80, "80"), (100, "100")])
    lines = [one for one in shapes(svg, "line") if one["class"] == "l"]
    assert [(one["x1"], one["x2"]) for one in lines] == [
        ("12.00%", "55.00%"),
        ("55.00%", "55.00%"),
        ("55.00%", "98.00%"),
    ]
    assert lines[0]["y1"] == lines[0]["y2"] == "120.0"
    assert (lines[1]["y1"], lines[1]["y2"]) == ("120.0", "15.0")
    assert shapes(svg, "circle")[0]["cx"] == "98.00%"


def test_one_price_alone_is_a_line_and_no_price_no_drawing() -> None:
    assert (
        len([one for one in shapes(charts.steps_line([(5, 80)], until=5, label="x"), "line") if one["class"] == "l"])
        == 1
    )
    assert charts.steps_line([], until=5, label="x") == ""


def test_a_range_stands_on_a_logarithmic_scale() -> None:
    svg = charts.interval((10, 20, 40, 80, 160), scale=(10, 160), label="10 to 160", price=40)
    pale, dark = shapes(svg, "rect")
    assert (pale["x"], pale["width"]) == ("0.00%", "100.00%")
    assert (dark["x"], dark["width"]) == ("25.00%", "50.00%")
    assert {one["class"]: one["x1"] for one in shapes(svg, "line")} == {"md": "50.00%", "mk": "50.00%"}


@pytest.mark.parametrize(
    "drawn", [charts.bar(1, 2, label='"><script>'), charts.log_scale([(10, "<b>")], scale=(10, 800))]
)
def test_words_cannot_break_out_of_a_drawing(drawn: str) -> None:
    assert not re.search(r"<script|<b>", drawn)
    ElementTree.fromstring(drawn)


def test_a_drawing_is_named_or_hidden() -> None:
    assert 'aria-hidden="true"' in charts.bar(1, 2)
    assert 'role="img" aria-label="half"' in charts.bar(1, 2, label="half")


def test_a_waterfall_leads_from_one_running_value_to_the_next_on_a_log_scale() -> None:
    raised = charts.waterfall((10, 100), scale=(1, 1000), kind="a")
    assert shapes(raised, "rect") == [{"class": "a", "x": "33.33%", "width": "33.33%", "y": "4", "height": "16"}]
    assert shapes(raised, "line")[0]["x1"] == "66.66%"
    lowered = charts.waterfall((100, 10), scale=(1, 1000), kind="h")
    assert shapes(lowered, "rect")[0]["x"] == "33.33%"
    total = charts.waterfall((10, 100), scale=(1, 1000), kind="k", is_joined=False)
    assert (shapes(total, "rect")[0]["x"], shapes(total, "line")) == ("0.00%", [])


def test_a_swing_is_hollow_to_the_low_end_and_filled_to_the_high_one() -> None:
    drawn = shapes(charts.swing((10, 1000), 100, scale=(1, 1000)), "rect")
    assert [(one["class"], one["x"], one["width"]) for one in drawn] == [
        ("h", "33.33%", "33.33%"),
        ("a", "66.66%", "33.34%"),
    ]


def test_a_share_stands_in_its_interval_beside_what_was_promised() -> None:
    svg = charts.share_range((80, 85, 90), 90, whole=100)
    assert shapes(svg, "rect")[0]["x"] == "80.00%"
    assert [(one["class"], one["x1"]) for one in shapes(svg, "line")] == [("mk", "90.00%"), ("md", "85.00%")]
