"""Payment gateways behind one interface: who signs how, what their events mean, how a link is asked for.

Adding one is a file here with a class of that shape, its name in `GATEWAYS` and in `credit.online.PROVIDERS`.
"""

from credit.gateways.gateway import (
    Asking,
    Event,
    EventMalformed,
    Gateway,
    Keys,
    LinkNotMade,
    LinkWanted,
    Made,
    SignatureWrong,
)
from credit.gateways.razorpay import Razorpay
from credit.gateways.stripe import Stripe

GATEWAYS: dict[str, Gateway] = {"razorpay": Razorpay(), "stripe": Stripe()}

__all__ = [
    "GATEWAYS",
    "Asking",
    "Event",
    "EventMalformed",
    "Gateway",
    "Keys",
    "LinkNotMade",
    "LinkWanted",
    "Made",
    "SignatureWrong",
]
