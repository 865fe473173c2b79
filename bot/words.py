"""Words that mean the same everywhere in the chat: in English, Hindi, Urdu and Latin letters, whatever the spelling.

Only whole messages are compared: `stop` stops, `don't stop` is left to the flows. Words of one business subject
(cash, balance, bill) stand in the flow that understands them.
"""

from functools import lru_cache

from language.folding import fold, meanings

__all__ = ["fold", "meanings"]  # flows look messages up as the engine does

EVERYWHERE = meanings(
    {
        "stop": "stop, unsubscribe, stop karo, band, band karo, band kar do, message band karo, बंद, बंद करो, बंद करें,"
        " बंद कर दो, मैसेज बंद करो, रोको, स्टॉप, بند, بند کرو, بند کریں, بند کر دیں, روکو, روک دیں, سٹاپ, اسٹاپ",
        "start": "start, unstop, subscribe, shuru, shuru karo, chalu, chalu karo, शुरू, शुरू करो, शुरू करें, चालू,"
        " चालू करो, स्टार्ट, شروع, شروع کرو, شروع کریں, چالو, سٹارٹ, اسٹارٹ",
        "menu": "menu, main menu, home, back to menu, 0, #, मेनू, मेन्यू, मुख्य मेनू, مینو, مینیو, میںو",
        "cancel": "cancel, cancel order, cancel karo, cancel kar do, radd, radd karo, rehne do, chhodo, कैंसल, कैंसिल,"
        " कैंसल करो, कैंसिल करो, रद्द, रद्द करो, रद्द करें, रहने दो, منسوخ, منسوخ کرو, منسوخ کریں, کینسل, کینسل کرو,"
        " رہنے دو, رہنے دیں",
        "help": "help, help me, madad, madad karo, sahayata, मदद, मदद करो, सहायता, हेल्प, مدد, مدد کرو, مدد کریں, ہیلپ",
        "human": "human, agent, operator, staff, support, talk to us, talk to someone, call, call me, insaan, aadmi,"
        " baat karni hai, mujhe baat karni hai, kisi se baat karni hai, kisi se baat karao, owner se baat karni hai,"
        " owner se baat karao, malik se baat karni hai, malik se baat karao, phone karo, phone number do, baat karo,"
        " baat karein, call karo, मुझे बात करनी है, किसी से बात करनी है, मालिक से बात करनी है, फ़ोन करो, مجھے بات کرنی ہے,"
        " کسی سے بات کرنی ہے, مالک سے بات کرنی ہے, فون کرو, इंसान, आदमी, बात करनी है, बात करो, बात करें, कॉल,"
        " कॉल करो, انسان, آدمی, بات کرنی ہے, بات کرو, بات کریں, کال, کال کرو, کال کریں",
        "language": "language, change language, lang, bhasha, bhasha badlo, zaban, zubaan, भाषा, भाषा बदलें,"
        " भाषा बदलो, ज़बान, زبان, زبان بدلیں, زبان بدلو",
    }
)

ANSWERS = meanings(
    {
        "yes": "yes, y, yes please, yeah, yep, sure, ok, okay, done, confirm, confirmed, confirm karo, haan, han, ha,"
        " haa, haanji, haan ji, ji, ji haan, ji ha, theek, thik, theek hai, thik hai, pakka, pakka karo, kar do,"
        " kr do, krdo, kardo, हां,"
        " हाँ, हाँ जी, जी, जी हाँ, ठीक, ठीक है, पक्का, पक्का करो, पक्का करें, ओके, कर दो, ہاں, ہاں جی, جی, جی ہاں,"
        " ٹھیک, ٹھیک ہے, پکا, پکا کرو, پکا کریں, اوکے, کر دو, کر دیں, 👍, ✅, 👌, 🙏👍",
        "no": "no, n, nope, no thanks, nahi, nahin, nai, na, nahi chahiye, mat karo, नहीं, नही, ना, न, मत करो,"
        " नहीं चाहिए, نہیں, نہی, نا, نہ, مت کرو, نہیں چاہیے, 👎, ❌",
        "change": "change, edit, modify, badlo, badal do, badlna hai, badalna hai, बदलो, बदल दो, बदलें, बदलना है,"
        " एडिट, تبدیل, تبدیل کریں, بدلو, بدل دو, بدلیں, بدلنا ہے, ایڈٹ",
    }
)

# What people write to say that they have read something, whether or not it asks anything. These agree too (ANSWERS).
READ = frozenset(
    meanings(
        {
            "read": "ok, okay, done, sure, ji, theek, thik, theek hai, thik hai, ओके, जी, ठीक, ठीक है, اوکے, جی, ٹھیک,"
            " ٹھیک ہے, 👍, ✅, 👌, 🙏👍"
        }
    )
)

NAMES = meanings(
    {
        "en": "english, angrezi, अंग्रेज़ी, अंग्रेजी, इंग्लिश, انگریزی, انگلش",
        "hi": "hindi, हिंदी, हिन्दी, ہندی",
        "ur": "urdu, उर्दू, اردو",
        "hi_Latn": "hinglish, roman, roman hindi, roman urdu, रोमन, हिंग्लिश, رومن, رومن اردو",
    }
)


def may_only_acknowledge(folded: str) -> bool:
    """True for an "ok" or a bare number, which any message may get; `yes` and `cash` are meant for a question."""
    return folded in READ or folded.isdecimal()


def everywhere(folded: str) -> str | None:
    """What this message means wherever it is said: stop, start, menu, cancel, help, human, language."""
    return "language" if folded in NAMES else EVERYWHERE.get(folded)


def language_named(folded: str) -> str | None:
    """The language whose name the message is: `urdu` -> ur."""
    return NAMES.get(folded)


def answer(folded: str) -> str | None:
    """yes, no or change, when the whole message says so."""
    return ANSWERS.get(folded)


@lru_cache(maxsize=4096)
def script(text: str) -> str | None:
    """The language that the letters suggest: hi, ur, or None for Latin letters, which say nothing."""
    hindi = sum("\u0900" <= sign <= "\u097f" for sign in text)
    urdu = sum("\u0600" <= sign <= "\u06ff" for sign in text)
    if not hindi and not urdu:
        return None
    return "hi" if hindi >= urdu else "ur"
