"""A whole message has one spelling by which it is looked up."""

from language.folding import fold


def test_digits_of_every_script_become_latin_ones_and_other_signs_stay() -> None:
    assert fold("१२ ٣۴") == "12 34"
    assert fold("②²") == "②²"


def test_the_second_spelling_of_a_letter_is_the_first() -> None:
    assert fold("ي ك ه") == fold("ی ک ہ")
    assert fold("ज़बान") == fold("ज\u093cबान")


def test_what_stands_at_the_edges_goes_unless_there_is_nothing_else() -> None:
    assert fold("  *Stop!*  ") == "stop"
    assert fold("...") == "..."
