"""Help, and a person: what can be typed here, and how somebody of the shop takes over."""

from bot import handing_over
from bot.flow import END, START, Choice, Flow, Reply, go
from core.i18n import N_, _
from language.phrases import Meaning
from parties import tasks
from speech import wording

MAX_NOTE = 500


class TalkToUs(Flow):
    name = "talk_to_us"
    menu_label = N_("Talk to us")
    menu_rank = 90
    asked_rank = 150
    opened_by = {Meaning.HELP: "helped", Meaning.HUMAN: "opened"}

    transitions = [
        go("helped", START, END, say="explain"),
        go("opened", START, END, do="call_staff", say="promise"),
    ]

    def explain(self) -> None:
        commands = wording.bullets(
            [
                _("*menu*: everything on one list"),
                _("your order, for example: 5 kg sugar, 2 box tea"),
                _("*repeat* or *usual*: the last order, or what you usually take"),
                _("*balance*: your credit and open bills"),
                _("*bill* and its number: the bill as PDF"),
                _("*statement*: the statement of a month as PDF"),
                _("*pay*: a UPI code to pay with"),
                _("*paid 5000* and the reference: tell us about a payment"),
                _("*cancel*: drop your list"),
                _("*language*: change the language"),
            ]
        )
        said = _("You can type:") + "\n" + commands
        call = _("Or call us on %(phone)s.", phone=wording.shop_phone(self.turn))
        self.say(
            Reply(f"{said}\n\n{call}", (Choice(_("Talk to us"), "opened"), Choice(_("Menu"), "opened", flow="menu")))
        )

    def call_staff(self) -> None:
        self.turn.place.handed_over_at = self.turn.at
        tasks.ask_staff(
            self.session,
            "talk_to_customer",
            "A customer wants to talk to a person. The bot is quiet in this chat for twelve hours.",
            retailer_id=self.turn.shop.id,
            facts={"text": self.turn.message.text[:MAX_NOTE], "address": self.turn.incoming.from_address},
            dedupe_key=handing_over.task_key(self.turn.contact_id),
        )

    def promise(self) -> None:
        self.say(
            _(
                "One of us will write to you here soon. You can also call %(phone)s. Send *menu* to go on alone.",
                phone=wording.shop_phone(self.turn),
            )
        )
