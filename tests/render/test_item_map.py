import re

from quizsvc.render.item_map import ItemMap, Located

MAP = ItemMap((Located(1, 0.0, -1.0), Located(2, 1.0, 1.0), Located(3, 0.5, 0.0)))


def places(svg: str) -> list[tuple[float, float]]:
    return [
        (float(x), float(y))
        for x, y in re.findall(r'class="item" cx="([\d.]+)" cy="([\d.]+)"', svg)
    ]


def test_easy_lies_right_of_hard_and_what_tells_apart_above_what_does_not() -> None:
    first, second, third = places(MAP.svg(title="Map", id="map"))[:3]
    assert first[0] < third[0] < second[0]
    assert second[1] < third[1] < first[1]
    assert third == ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)


def test_the_picture_says_in_words_what_the_table_says() -> None:
    svg = MAP.svg(title="Map", id="map")
    assert "question 1 at 0 % and −1.00" in svg
    assert MAP.table()[1] == [["1", "0 %", "−1.00"], ["2", "100 %", "1.00"], ["3", "50 %", "0.00"]]
    assert svg.count('role="img"') == 2
    assert "style=" not in svg
