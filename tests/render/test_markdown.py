import pytest

from quizsvc.render.markdown import MarkdownError, to_html, to_inline_html


def test_formulas_stand_inline_or_displayed() -> None:
    html = to_html("Let $x$:\n\n$$\nx\n$$\n")
    assert "<p>Let <math><mi>x</mi></math>:</p>" in html
    assert '<div class="maths-display"><math display="block"><mi>x</mi></math></div>' in html


def test_a_label_has_no_paragraph() -> None:
    assert to_inline_html("*the* $x$") == "<em>the</em> <math><mi>x</mi></math>"


def test_dollars_in_code_or_escaped_are_dollars() -> None:
    assert to_inline_html(r"`$x$` costs \$5") == "<code>$x$</code> costs $5"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](data:text/html,x)",
        "[a](//evil.example)",
        "[a](/\\evil.example)",
        "[a](http://evil.example)",
        "![a](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
        "[a][r]\n\n[r]: javascript:alert(1)",
        '[a](/x "t" onclick=alert(1))',
        r"$\text{<script>alert(1)</script>}$",
        r'$\text{" onmouseover="alert(1)}$',
        "```<script>\n</code><script>\n```",
        "<math><mtext><style><img onerror=alert(1)></style></mtext></math>",
    ],
)
def test_hostile_text_comes_out_inert(hostile: str) -> None:
    html = to_html(f"{hostile}\n\n{hostile}")
    for live in (
        "<script",
        "<img",
        "<style",
        'href="j',
        'href="d',
        'href="/\\',
        'href="//',
        "http:",
    ):
        assert live not in html.replace("[a](http://evil", "")
    assert "<a onclick" not in html
    assert 'onmouseover="' not in html


def test_links_are_relative_or_https() -> None:
    assert to_inline_html("[a](/help/x?y#z)") == '<a href="/help/x?y#z" rel="noopener">a</a>'
    assert 'href="https://example.org/a"' in to_inline_html("[a](https://example.org/a)")


def test_a_bad_formula_is_reported_at_its_offset_in_the_text() -> None:
    with pytest.raises(MarkdownError, match="foo") as caught:
        to_html("Let $x$ be $1 + \\foo$.")
    assert caught.value.position == 16


def test_a_placeholder_character_cannot_be_smuggled_in() -> None:
    with pytest.raises(MarkdownError, match="private-use"):
        to_html("$x$ \uf000")
