"""The ways through an order: words that are heard on it, its states, and its table of steps."""

import re

from bot import words
from bot.flow import END, REFUSED, RENEW, START, go

WORDS = words.meanings(
    {
        "opened": "order, place order, place an order, new order, my list, list, cart, my cart, show list, show cart,"
        " list dikhao, order karna hai, order dena hai, saman chahiye, maal chahiye, सूची, मेरी सूची, लिस्ट, ऑर्डर, ऑर्डर"
        " करना है, सामान चाहिए, فہرست, میری فہرست, لسٹ, آرڈر, آرڈر کرنا ہے, سامان چاہیے",
        "repeat": "repeat, repeat order, repeat last order, same order, same again, wahi order, phir se wahi, वही ऑर्डर,"
        " फिर से वही, दोबारा वही, وہی آرڈر, پھر سے وہی, دوبارہ وہی",
        "cash": "cash, cash upi, cash/upi, upi, nakad, naqad, nagad, cash par, cash pe, नकद, नगद, कैश, यूपीआई, نقد, کیش,"
        " یو پی آئی",
        "credit": "credit, on credit, udhaar, udhar, udhaar par, khata, khate par, khate mein, उधार, उधार पर, खाता, खाते"
        " पर, खाते में, ادھار, ادھار پر, کھاتہ, کھاتے پر, کھاتے میں",
        "change": "reduce, kam karo, reduce order, कम करो, घटाओ, کم کرو, کم کریں",
        "fit": "fit, fit it, what fits, jitna ho sake, jitna ho sake utna, jitna aaye utna, जितना हो सके, जितना हो सके"
        " उतना, जितना आए उतना, جتنا ہو سکے, جتنا ہو سکے اتنا",
        "pay_rest": "pay the difference, pay difference, pay rest, baaki de dunga, फ़र्क चुकाऊँगा, फर्क चुकाऊंगा, فرق ادا"
        " کروں گا",
        "approve": "approve, approval, manzoori, मंज़ूरी, मंजूरी, منظوری",
    }
)
REMARK = re.compile(
    r"\s*(?:(?P<note>note|remark|नोट|نوٹ)|(?P<address>address|deliver to|deliver at|delivery address|pata|पता|پتہ|پتا))"
    r"\s*[:：-]\s*(?P<said>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
WANTED_ITSELF = {"upi", "यूपीआई", "یو پی آئی"}  # "upi do" asks for the code: only alone it says how to pay
OPENS = {"opened", "repeat"}
ORDER_KINDS = {"order", "edit", "ambiguous", "unknown"}
ACTIONS = {"confirm": "yes", "cancel_cart": "cancel", "repeat_last": "repeat"}

STATES = ["choosing_items", "clarifying", "confirming", "refused"]
TRANSITIONS = [
    go("opened", START, "confirming", when="has_list", do="draft"),
    go("opened", START, "choosing_items"),
    go("amend", START, "choosing_items", when="has_list"),
    go("amend", START, END, when="has_order_to_call_off", say="say_how_to_amend"),
    *(
        line
        for state in (START, "choosing_items", "clarifying", "confirming", "refused")
        for line in (
            go("items", state, "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
            go("items", state, "choosing_items", when="nothing_is_left", do="keep_items", say="name_unsold"),
            go("items", state, "confirming", do="keep_items_and_draft", say="name_unsold"),
            go("remarked", state, "confirming", when="has_list", do="keep_remark_and_draft"),
            go("remarked", state, "choosing_items", do="keep_remark", say="say_remark_kept"),
            go("repeat", state, "confirming", when="ordered_before", do="repeat_order"),
            go("repeat", state, "choosing_items", say="say_never_ordered"),
            go("cancel", state, END, when="has_list", do="drop_list", say="say_dropped"),
            go("cancel", state, END, when="has_questions", do="drop_list", say="say_questions_dropped"),
            go("cancel", state, END, when="has_order_to_call_off", say="say_how_to_call_off"),
            go("cancel", state, END, when="has_kept_order", do="open_kept_order"),
            go("cancel", state, END, say="say_nothing_to_drop"),
        )
    ),
    go("picked", "clarifying", "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
    go("picked", "clarifying", "confirming", do="keep_items_and_draft"),
    go("no", "clarifying", "clarifying", when="more_is_unclear", do="skip_question"),
    go("no", "clarifying", "confirming", when="has_list", do="skip_question_and_draft"),
    go("no", "clarifying", "choosing_items", do="skip_question"),
    go("yes", "choosing_items", "confirming", when="has_list", do="draft"),
    go("no", "choosing_items", "choosing_items", when="has_list", say="say_not_placed"),
    go("yes", "confirming", END, when="yes_means_credit", do="place_on_credit", say="say_placed"),
    go("yes", "confirming", END, do="place_for_cash", say="say_placed"),
    go("credit", "confirming", END, when="has_terms", do="place_on_credit", say="say_placed"),
    go("credit", "confirming", "confirming", say="say_no_terms"),
    go("cash", "confirming", END, do="place_for_cash", say="say_placed"),
    go("no", "confirming", "choosing_items", say="say_not_placed"),
    go("change", "confirming", "choosing_items"),
    go("hedged", "confirming", "confirming", say="say_more_than_yes"),
    go("cash", "refused", END, do="place_for_cash", say="say_placed"),
    go("yes", "refused", END, do="place_on_credit", say="say_placed"),
    go("credit", "refused", END, do="place_on_credit", say="say_placed"),
    go("approve", "refused", END, do="ask_for_approval", say="say_asked"),
    go("fit", "refused", "confirming", when="some_fits", do="fit_to_credit"),
    go("pay_rest", "refused", END, when="paying_helps", do="hold_for_payment", say="say_how_to_pay"),
    go("no", "refused", "choosing_items", say="say_not_placed"),
    go("change", "refused", "choosing_items"),
    go(RENEW, "confirming", "confirming", do="draft"),
    go(RENEW, "refused", "confirming", do="draft"),
    *(
        line
        for state in ("confirming", "refused")
        for line in (
            go(REFUSED, state, "refused", when="credit_was_refused"),
            go(REFUSED, state, "confirming", when="prices_changed", do="draft", say="say_prices_changed"),
            go(REFUSED, state, "confirming", when="quote_is_gone", do="draft", say="say_quote_gone"),
            go(REFUSED, state, "confirming", when="stock_ran_short", do="draft", say="say_stock_ran_short"),
            go(REFUSED, state, "confirming", when="order_is_too_small"),
        )
    ),
    *(
        go(REFUSED, state, "choosing_items", when="nothing_is_in_stock", do="drop_what_is_missing", say="say_missing")
        for state in (START, "choosing_items", "clarifying", "confirming", "refused")
    ),
    *(
        go(REFUSED, state, "choosing_items", when="input_was_wrong", do="drop_what_is_wrong", say="explain_wrong")
        for state in (START, "choosing_items", "clarifying", "confirming")
    ),
]
