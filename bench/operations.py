"""What is measured: for each operation the requests to send, and what the database must have gained afterwards."""

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from bench import world as worlds
from bench.webhooks import callback, message
from bench.world import World, must

ORDER = "10 kg sugar\n5 haldi 100g\n3 rin 250"
WORDS = ("balance", "menu")
MOST_PER_SECOND = 3500  # requests to build per second of a burst: more than any server here answers
FEWEST = 400  # a burst with fewer operations says too little


@dataclass
class Traffic:
    """Where requests come from: a fixed seed, and what was sent before."""

    world: World
    random: random.Random
    seen: list[bytes] = field(default_factory=list)  # messages that were taken
    quoted: list[int] = field(default_factory=list)  # shops whose draft waits for a yes


@dataclass(frozen=True)
class Operation:
    """One kind of request. `gains` names the counts that grow by one per answered request; all others stay."""

    name: str
    title: str
    goal: float | None
    build: Callable[[Traffic, int], Sequence[bytes]]
    gains: frozenset[str] = frozenset()


def browsing(traffic: Traffic, count: int) -> list[bytes]:
    """Shops that look something up, one after the other in a random order."""
    shops = traffic.world.shops
    order = traffic.random.sample(range(shops), shops)
    return [message(order[n % shops], WORDS[n % len(WORDS)]) for n in range(count)]


def quoting(traffic: Traffic, count: int) -> list[bytes]:
    """Different shops that write an order."""
    traffic.quoted = traffic.random.sample(range(traffic.world.shops), min(count, traffic.world.shops))
    return [message(shop, ORDER) for shop in traffic.quoted]


def confirming(traffic: Traffic, count: int) -> list[bytes]:
    """The shops that wrote an order say yes to it, once."""
    agreed, traffic.quoted = traffic.quoted[:count], []
    return [message(shop, "yes") for shop in agreed]


def replaying(traffic: Traffic, count: int) -> list[bytes]:
    """Messages that were taken before, as the provider repeats them."""
    must(bool(traffic.seen), "nothing was sent that could be repeated")
    return [traffic.seen[n % len(traffic.seen)] for n in range(count)]


def reporting(traffic: Traffic, count: int) -> list[bytes]:
    """Two reports for each message that was sent: delivered, then read."""
    worlds.mark_sent(traffic.world)
    known = worlds.unreported(traffic.world, count // 2)
    org = traffic.world.org_id.hex
    return [
        callback(f"{org}.{row.id.hex}", row.provider_sid, row.to_address, status)
        for status in ("delivered", "read")
        for row in known
    ]


TURN = Operation("turn", "browsing turn", 1.8, browsing, frozenset({"inbound", "outbox"}))
QUOTE = Operation("quote", "order text, quoted", None, quoting, frozenset({"inbound", "outbox", "pending"}))
YES = Operation(
    "order", "yes: order confirmed", 2.5, confirming, frozenset({"inbound", "outbox", "confirmed", "audited"})
)
REPLAY = Operation("replay", "message seen before", 1.0, replaying)
CALLBACK = Operation("callback", "status callback", 0.8, reporting, frozenset({"reported"}))

MEASURED = (TURN, YES, REPLAY, CALLBACK)
NAMES = [operation.name for operation in MEASURED]
MONEY = {"promised_minor", "reserved_minor"}


def check(operation: Operation, before: worlds.Counts, after: worlds.Counts, answered: int) -> None:
    """What was answered is what was stored, no more and no less. Raises Wrong."""
    grown = {name: value - asdict(before)[name] for name, value in asdict(after).items() if name not in MONEY}
    expected = {name: answered if name in operation.gains else 0 for name in grown}
    if operation is YES:
        expected["pending"] = -answered
        must(after.promised_minor > before.promised_minor, "orders were confirmed and nothing was promised")
    must(grown == expected, f"{operation.name}: {answered} answered; rows grew by {grown}, expected {expected}")
