"""Misreadings that took a line nobody ordered, dropped one, or kept what was to go: classes, a few of each."""

from collections.abc import Callable

import pytest

from tests.orders.understanding.conftest import Read

Lines = Callable[..., list[str]]
CART = "COKE-500:2:case LUX-100:1:dozen MAGGI-12:1:box"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("machis 1 dozen packet", "MATCH:120"),
        ("ek darjan peti sprite", "SPRITE-500:288"),
        ("egg 2 dozen tray", "EGG:720"),
        ("sprite half dozen case", "SPRITE-500:144"),
        ("rin 2 dozen pcs", "RIN-250:24"),
        ("1 dozen dozen lux", "LUX-100:12"),
        ("लक्स 1 दर्जन पेटी", "LUX-100:864"),
    ],
)
def test_a_dozen_of_packs_is_twelve_packs(read: Read, lines_of: Lines, text: str, line: str) -> None:
    assert lines_of(read(text)) == [line]


@pytest.mark.parametrize(
    ("text", "cart"),
    [
        ("coke wala cancel, baaki bhej do", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("coke nahi chahiye baaki bhej do", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("maggi or lux hatao baaki sahi hai", "COKE-500:2:case"),
        ("कोक हटा दो बाकी भेज दो", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("coke rakho baaki hata do", "COKE-500:2:case"),
    ],
)
def test_the_rest_stays_where_it_has_a_verb_of_its_own(read: Read, cart_of: Lines, text: str, cart: str) -> None:
    assert " ".join(cart_of(read(text, CART))) == cart


@pytest.mark.parametrize(
    "text",
    [
        "remove rest send coke", "coke cancel, baaki bhej do ramesh ko", "dono hata do", "coke 250 wali kar do",
        "coke theek hai lux hata do", "lux aur maggi chahiye coke nahi", "coke bhejo lux mat bhejo", "2 hata do",
        "कोक ठीक है लक्स हटा दो", "coke wahi rehne do", "lux ke alawa kuch nahi chahiye", "lux hata do sorry rakho",
    ],
)  # fmt: skip
def test_an_edit_that_could_mean_the_opposite_is_asked_about(read: Read, cart_of: Lines, text: str) -> None:
    found = read(text, CART)
    assert (found.kind, " ".join(cart_of(found))) == ("ambiguous", CART)


@pytest.mark.parametrize(
    "text", ["kal confirm karunga", "haan kal confirm karte hain", "kar dunga confirm", "ok karenge"]
)
def test_a_promise_to_confirm_confirms_nothing(read: Read, text: str) -> None:
    assert read(text, CART).action is None


@pytest.mark.parametrize(
    "text",
    [
        "ramesh ko 2 peti sprite di", "bhai ne 2 peti sprite diya", "maine 2 peti sprite di", "2 peti sprite liye",
        "हमने 2 पेटी स्प्राइट ली", "sprite 2 peti bhejne ka kitna", "sprite 2 peti bhejne me kitna time",
        "ladka 2 peti sprite de gaya", "you charged me for 2 cases sprite", "sprite 2 peti ka sample bhejo",
        "sprite 2 peti lena zaruri hai kya", "2 पेटी स्प्राइट लेना पड़ेगा क्या", "should i order 2 cases of sprite",
        "2 peti sprite order karu", "2 peti sprite le lun",
    ],
)  # fmt: skip
def test_stories_and_questions_with_the_words_of_orders_order_nothing(read: Read, text: str) -> None:
    assert read(text).kind == "chatter"


@pytest.mark.parametrize(
    "text",
    [
        "sprite 2 peti next week bhejna", "sprite-500", "lux-100",
        "sprite 2~3 peti", "sprite 2_3 peti", "lux 5+ dozen", "vim 12 10", "nescafe 2 50", "dairy milk 20 10",
    ],
)  # fmt: skip
def test_what_can_be_meant_in_two_ways_is_asked_about(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("sprite 2 peti bill no 234", ["SPRITE-500:48"]),
        ("2 peti sprite shop no 5 pe bhejna", ["SPRITE-500:48"]),
        ("2 peti sprite bhejo na bhai", ["SPRITE-500:48"]),
        ("2 peti sprite dya", ["SPRITE-500:48"]),
        ("1 peti sprite aur woh kya kehte hain namak do katta", ["SPRITE-500:24", "TATASALT-1:50"]),
        ("2 peti coke 500, lux ka rate bhi batana", ["COKE-500:48"]),
        ("haldi -5\njeera -2kg", ["HALDI-100:5", "JEERA-L:2"]),
        ("21/11\nlux 2 dozen\nrin 1 dozen\ntotal 2 item", ["LUX-100:24", "RIN-250:12"]),
        ("bara colgate 6", ["COLGATE-200:6"]),
        ("kurkure 10 12 peti", ["KURKURE-10:720"]),
    ],
)
def test_what_stands_beside_an_order_neither_changes_nor_hides_it(
    read: Read, lines_of: Lines, text: str, lines: list[str]
) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sprite 2 limca 3", "limca 3"),
        ("limca 3 sprite 2", "limca 3"),
        ("sprite 2 7up 2", "7up 2"),
        ("sprite 2 frooti 3 maaza 4 bhejo", "frooti 3"),
    ],
)
def test_what_is_counted_and_not_sold_is_told_beside_what_is(read: Read, text: str, told: str) -> None:
    found = read(text)
    assert (found.kind, found.unknown) == ("unknown", (told,))


@pytest.mark.parametrize(
    "tail",
    [
        "payment kal dunga", "cash dunga", "ghar pe nahi dukan pe bhejna", "galat mat bhejna", "check karke bhejna",
        "wahi rate pe", "theek hai na", "jo na ho wo rehne do", "10 baje ke baad", "nayi dukan pe",
        "expiry check karke bhejna", "total kitna hua batana", "पैसे कल दूंगा", "شام تک بھیج دیں",
    ],
)  # fmt: skip
def test_what_is_said_behind_a_list_loses_none_of_its_lines(read: Read, lines_of: Lines, tail: str) -> None:
    found = read(f"chini 2 bori, lux 3 dozen {tail}")
    assert (found.kind, lines_of(found)) == ("order", ["SUGAR:100", "LUX-100:36"])


@pytest.mark.parametrize("tail", ["kal tak mil jayega na?", "gpay kar diya", "2000 jama kar diya", "rate kya lagaoge"])
def test_counted_goods_in_a_clause_that_talks_are_asked_about_beside_an_order(
    read: Read, lines_of: Lines, tail: str
) -> None:
    found = read(f"order: chini 2 bori, lux 3 dozen {tail}")
    assert (found.kind, lines_of(found), found.candidates) == ("ambiguous", ["SUGAR:100"], ("LUX-100",))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("chini teen 😀 katta", "SUGAR:150"),
        ("lifebuoy 4 !! dozen", "LIFEBUOY-125:48"),
        ("lux - 20 : dozen", "LUX-100:240"),
        ("20 - box butter", "BUTTER-100:200"),
        ("2 lux ki peti", "LUX-100:144"),
        ("toor dal 15bg", "TOOR-L:450"),
        ("sprite 12 botlte", "SPRITE-500:12"),
    ],
)
def test_a_unit_that_stands_apart_or_is_mistyped_is_not_lost(read: Read, lines_of: Lines, text: str, line: str) -> None:
    assert lines_of(read(text)) == [line]


@pytest.mark.parametrize("text", ["ghee 3 peit", "lux 3 d", "surf 500 12pet", "लक्स - 15 दरर्जन", "chini 4 katt"])
def test_a_word_behind_a_number_that_could_be_a_unit_is_asked_about(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


@pytest.mark.parametrize(
    "text",
    ["clinic plus bottle 1", "शैम्पू 2 बोतल", "nescafe 2 wala 3 bottle", "coke 500 2 sachet", "gemini oil 2 bottle"],
)
def test_another_pack_than_the_name_tells_of_is_asked_about(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("coke 500 2 bottle", "COKE-500:2"),
        ("fortune soya 1l 3 pouch", "SOYOIL-1:3"),
        ("fortune oil 5 l 2 bottle", "SOYOIL-5:2"),
        ("nescafe 50 g 2 bottle", "NESCAFE-50:2"),
        ("parachute 100 2 bottle", "PARACHUTE-100:2"),
        ("clinic plus 2 pkt", "CLINIC-1:2"),
    ],
)
def test_the_pack_of_the_name_and_packs_that_no_name_tells_of_are_pieces(
    read: Read, lines_of: Lines, text: str, line: str
) -> None:
    assert lines_of(read(text)) == [line]


@pytest.mark.parametrize(
    "text",
    [
        "jo kal mangwaya tha wahi dobara bhejo",
        "wahi bhej do jo last time mangaya tha",
        "pichli baar jo liya tha, wahi bhej do",
        "जो पिछली बार मंगवाया था वही भेज दो",
        "جو پچھلی بار منگوایا تھا وہی بھیج دیں",
    ],
)
def test_the_same_as_was_ordered_before_is_ordered_again(read: Read, text: str) -> None:
    assert read(text).action == "repeat_last"


@pytest.mark.parametrize(
    "text",
    [
        "jo mangwaya tha wahi bhej diya",
        "jo mangwaya tha wahi nahi bheja",
        "pichli baar jo bheja tha wahi mat bhejna",
        "maal kharab nikla, wahi dobara bhejo",
        "wahi order bheja tha jo mangwaya tha",
        "pichli baar 2 peti coke liya tha wahi bhej do",
    ],
)
def test_stories_and_complaints_about_the_same_order_repeat_nothing(read: Read, text: str) -> None:
    assert (read(text).kind, read(text).action) == ("chatter", None)


@pytest.mark.parametrize("text", ["andon ki 5 tray", "अंडों की 5 ट्रे", "انڈوں کی پانچ ٹرے"])
def test_the_plural_before_ki_is_the_same_name(read: Read, lines_of: Lines, text: str) -> None:
    assert lines_of(read(text)) == ["EGG:150"]


@pytest.mark.parametrize(
    ("cart", "text"),
    [("LAYS-MM-20:13:pc", "9999 dozen lays 20 aur jod do"), ("LUX-100:9999:dozen", "lux 1 pc kam kar do")],
)
def test_a_sum_that_only_absurdly_many_pieces_can_say_is_asked_about(read: Read, cart: str, text: str) -> None:
    found = read(text, cart)
    assert (found.kind, found.reason, found.lines) == ("ambiguous", "qty_too_large", ())
