"""What shops say in each scene of `test_transcripts.py`, in four languages; `(...)` is something that happens instead.

One line is one message, the same in every language unless four are given, in the order of LANGUAGES.
"""

YES = ("yes", "हाँ", "ہاں", "haan")
NO = ("no", "नहीं", "نہیں", "nahi")
ORDER = (
    "2 case coke 500, 5 kg sugar, 1 case maggi 12 rs",
    "2 पेटी कोक 500, 5 किलो चीनी, 1 पेटी मैगी 12 वाली",
    "دو پیٹی کوک 500، 5 کلو چینی، 1 پیٹی میگی 12 والی",
    "2 peti coke 500, 5 kilo chini, 1 peti maggi 12 wali",
)
COKE = ("2 case coke 500", "2 पेटी कोक 500", "2 پیٹی کوک 500", "2 peti coke 500")
MUCH = ("20 case coke 500, 5 kg sugar", "20 पेटी कोक 500, 5 किलो चीनी", "20 پیٹی کوک 500، 5 کلو چینی",
        "20 peti coke 500, 5 kilo chini")  # fmt: skip
KEPT = ("kept order", "रुका ऑर्डर", "رکا آرڈر", "ruka order")
MENU = ("menu", "मेनू", "مینو", "menu")

Line = str | tuple[str, str, str, str]
SCENES: dict[str, list[Line]] = {
    "order_by_typing": [
        ("hello", "नमस्ते", "السلام علیکم", "namaste"),
        ("coke 2 case, 5 kg sugar, 1 case maggi 12", "कोक 2 पेटी, 5 किलो चीनी, 1 पेटी मैगी 12",
         "کوک 2 پیٹی، 5 کلو چینی، 1 پیٹی میگی 12", "coke 2 peti, 5 kilo chini, 1 peti maggi 12"),
        "500",
        YES,
    ],
    "edit_by_talking": [
        ORDER,
        ("sugar 3 kg not 5", "चीनी 5 नहीं 3 किलो", "چینی 5 نہیں 3 کلو", "chini 5 nahi 3 kilo"),
        ("remove coke", "कोक हटा दो", "کوک ہٹا دو", "coke hata do"),
        ("add 1 case sprite 500", "1 पेटी स्प्राइट 500 और जोड़ दो", "1 پیٹی سپرائٹ 500 اور جوڑ دو",
         "aur 1 peti sprite 500 bhi"),
        ("mirinda 2 case", "मिरिंडा 2 पेटी", "میرنڈا 2 پیٹی", "mirinda 2 peti"),
        ("change", "बदलो", "تبدیل", "badlo"),
        YES,
        ("note: ring the bell", "नोट: घंटी बजाना", "نوٹ: گھنٹی بجانا", "note: ghanti bajana"),
        ("address: Gala 4, APMC", "पता: गाला 4, APMC", "پتہ: گالا 4، APMC", "pata: Gala 4, APMC"),
        ("cash", "नकद", "نقد", "cash"),
    ],
    "repeat_in_two_taps": ["(ordered before)", MENU, "(tap 2)", "(tap 1)"],
    "usual_basket": ["(ordered three weeks)", MENU, "(tap 3)", "(tap 1)"],
    "order_status": [
        ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order"),
        COKE,
        YES,
        ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order"),
        ("order R1-1", "ऑर्डर R1-1", "آرڈر R1-1", "order R1-1"),
        "(tap 1)",
        "(dispatched)",
        ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order"),
    ],
    "balance_and_bills": [
        ("bills", "मेरे बिल", "میرے بل", "mere bill"),
        "(owes)",
        COKE,
        YES,
        ("balance", "बकाया", "بقایا", "kitna baki hai"),
        "(dispatched)",
        ("balance", "बकाया", "بقایا", "kitna baki hai"),
        ("my bills", "मेरे बिल", "میرے بل", "mere bill"),
        "1",
        ("bill 99", "बिल 99", "بل 99", "bill 99"),
        "(credit note)",
        ("my bills", "मेरे बिल", "میرے بل", "mere bill"),
        "1",
    ],
    "statement_of_a_month": [
        ("statement", "स्टेटमेंट", "سٹیٹمنٹ", "hisaab bhejo"),
        "2",
        ("statement this month", "इस महीने का हिसाब", "اس مہینے کا حساب", "is mahine ka hisaab"),
    ],
    "pay_with_a_code": [
        ("pay", "भुगतान करना है", "ادائیگی کرنی ہے", "payment karna hai"),
        "(owes)",
        ("pay", "भुगतान करना है", "ادائیگی کرنی ہے", "payment karna hai"),
        "(owes more)",
        ("pay", "भुगतान करना है", "ادائیگی کرنی ہے", "payment karna hai"),
        "1",
    ],
    "paid_is_a_claim": [
        ("paid 5000 utr 412345678901", "भुगतान 5000 utr 412345678901", "ادائیگی 5000 utr 412345678901",
         "jama kiya 5000 utr 412345678901"),
        ("paid 9000 utr 412345678901", "भुगतान 9000 utr 412345678901", "ادائیگی 9000 utr 412345678901",
         "jama kiya 9000 utr 412345678901"),
        ("paid", "पैसे भेज दिए", "پیسے بھیج دیے", "paise bhej diye"),
        "2,500",
        "utr 412345678909",
        "412345678910",
        "900",
        "(claims declined)",
    ],
    "a_payment_screenshot": ["(picture)", "1", "(picture)", "5000 utr 412345678902", "(payment booked)"],
    "dispute_with_a_photo": [
        ("complaint", "शिकायत", "شکایت", "shikayat"),
        "(billed)",
        ("complaint", "शिकायत", "شکایت", "shikayat"),
        "1",
        ("1 carton was broken", "1 पेटी टूटी निकली", "1 پیٹی ٹوٹی نکلی", "1 peti tooti nikli"),
        "(picture)",
        YES,
        "(dispute decided)",
    ],
    "promise_a_day": [
        "(owes)",
        ("promise", "वादा", "وعدہ", "vada"),
        ("friday", "शुक्रवार", "جمعہ", "friday"),
        YES,
        ("I will pay tomorrow", "कल दूँगा", "کل دوں گا", "kal dunga"),
    ],
    "split_take_what_fits": ["(small limit)", MUCH, YES, ("fit", "जितना हो सके", "جتنا ہو سکے", "jitna ho sake"), YES],
    "split_pay_the_difference": [
        "(small limit)", MUCH, YES,
        ("pay the difference", "फ़र्क चुकाऊँगा", "فرق ادا کروں گا", "pay the difference"),
        "(limit raised)",
    ],
    "split_ask_the_owner": [
        "(small limit)", MUCH, YES, ("approve", "मंज़ूरी", "منظوری", "manzoori"),
        ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order"),
        "(owner approves)",
    ],
    "a_kept_order": [
        "(small limit)", MUCH, YES, ("approve", "मंज़ूरी", "منظوری", "manzoori"),
        ("cancel", "रद्द करो", "منسوخ کرو", "cancel karo"), YES,
        KEPT, ("drop", "हटा दो", "ہٹا دو", "hata do"), KEPT,
    ],
    "a_kept_order_gets_dearer": [
        "(small limit)", MUCH, YES, ("approve", "मंज़ूरी", "منظوری", "manzoori"), "(dearer, limit raised)", "KEPT", YES,
        YES,
    ],
    "staff_call_an_order_off": [COKE, YES, "(staff call off)", ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order")],
    "why_not_on_credit": [
        ("why", "क्यों", "کیوں", "kyon"),
        "(owes too long)",
        ("why", "क्यों", "کیوں", "kyon"),
        COKE,
        YES,
        ("cash", "नकद", "نقد", "cash"),
    ],
    "a_question_about_goods": [
        ("price of sugar?", "चीनी का भाव क्या है", "چینی کا ریٹ کیا ہے", "chini ka rate kya hai"),
        COKE,
        ("do you have maggi?", "मैगी है क्या", "میگی ہے کیا", "maggi hai kya"),
        ("thanks", "धन्यवाद", "شکریہ", "shukriya"),
        YES,
        YES,
    ],
    "language": [("language", "भाषा", "زبان", "bhasha"), "(tap 1)", ("hindi", "english", "english", "english")],
    "stop_and_start": [
        ("stop", "बंद करो", "بند کرو", "band karo"),
        ("balance", "बकाया", "بقایا", "kitna baki hai"),
        ("start", "शुरू करो", "شروع کرو", "shuru karo"),
    ],
    "a_person_takes_over": [
        COKE,
        ("human", "बात करनी है", "بات کرنی ہے", "baat karni hai"),
        ("are you there", "सुनिए", "سنیے", "suniye"),
        "(staff write)",
        "(staff give back)",
        "(staff take over)",
        ("ok", "ठीक है", "ٹھیک ہے", "theek hai"),
        "(two hours later)",
        YES,
    ],
    "cancel_a_list_and_an_order": [
        COKE,
        ("cancel", "रद्द करो", "منسوخ کرو", "cancel karo"),
        COKE,
        YES,
        ("cancel", "रद्द करो", "منسوخ کرو", "cancel karo"),
        ("cancel R1-1", "रद्द R1-1", "منسوخ R1-1", "cancel R1-1"),
        YES,
    ],
    "a_held_order_runs_out": [
        "(small limit)", MUCH, YES, ("approve", "मंज़ूरी", "منظوری", "manzoori"), "(held too long)",
        ("status", "मेरे ऑर्डर", "میرے آرڈر", "mere order"),
    ],
    "a_quote_expires": [COKE, "(a day later)", YES, YES],
    "follow_up": [COKE, "(follow-up)", YES],
    "help_menu_and_figures": [
        ("help", "मदद", "مدد", "madad"),
        MENU,
        ("my figures", "सारांश", "خلاصہ", "mera summary"),
        ("what is the weather", "मौसम कैसा है", "موسم کیسا ہے", "mausam kaisa hai"),
    ],
    "what_cannot_be_read": [COKE, "(sticker)", "(location)", "(voice)", "(nothing)", YES, "(sticker)"],
}  # fmt: skip
