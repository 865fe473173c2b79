"""Message text as a phone shows it."""

import pytest

from simulator import formatting


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Total* _now_ ~old~", "<strong>Total</strong> <em>now</em> <s>old</s>"),
        ("5*6_pack * no *", "5*6_pack * no *"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("*<b>*", "<strong>&lt;b&gt;</strong>"),
        ("```a*b*c```", "<code>a*b*c</code>"),
        (
            "see https://x.example/a_b_c.",
            'see <a href="https://x.example/a_b_c" target="_blank" rel="noopener noreferrer">https://x.example/a_b_c</a>.',
        ),
    ],
)
def test_style_marks_become_tags_and_everything_else_is_escaped(text, html):
    assert formatting.lines(text) == [html]


def test_each_line_stands_alone():
    assert formatting.lines("*a\nb*") == ["*a", "b*"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(76200, "21 h 10 m"), (540, "9 m"), (30, "under a minute"), (90000, "1 d 1 h"), (86400, "1 d")],
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert formatting.duration(seconds) == words
