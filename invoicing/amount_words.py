"""An amount in English words, counted the South Asian way: crore, lakh, thousand, hundred."""

from core.errors import Invalid

ONES = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
TENS = ("Zero", "Ten", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
SCALES = ((10**7, "Crore"), (10**5, "Lakh"), (10**3, "Thousand"), (100, "Hundred"))
MAX_MINOR = 10**15


class AmountNotInWords(Invalid):
    """A negative amount, or one beyond any bill."""

    code = "AMOUNT_INVALID"


def amount_in_words(amount_minor: int) -> str:
    """`Two Thousand Two Hundred and Five Rupees and Fifty Paise Only`, from paise. Raises AmountNotInWords."""
    if not 0 <= amount_minor <= MAX_MINOR:
        raise AmountNotInWords(f"{amount_minor} cannot be written as an amount", amount_minor=amount_minor)
    rupees, paise = divmod(amount_minor, 100)
    parts = []
    if rupees or not paise:
        parts.append(f"{number_in_words(rupees)} {'Rupee' if rupees == 1 else 'Rupees'}")
    if paise:
        parts.append(f"{number_in_words(paise)} {'Paisa' if paise == 1 else 'Paise'}")
    return " and ".join(parts) + " Only"


def number_in_words(number: int) -> str:
    """`Twelve Lakh Thirty Four Thousand Five Hundred and Sixty Seven`."""
    words, rest = [], number
    for size, name in SCALES:
        count, rest = divmod(rest, size)
        if count:
            words += [number_in_words(count), name]
    if rest and words:
        words.append("and")
    if rest or not words:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    tens, ones = divmod(number, 10)
    return f"{TENS[tens]} {ONES[ones]}" if ones else TENS[tens]
