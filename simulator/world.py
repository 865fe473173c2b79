"""The parts of one running simulator, handed to every part that answers a request."""

from dataclasses import dataclass

from simulator.clock import Clock
from simulator.delivery import Delivery
from simulator.faults import Faults
from simulator.inbound import Inbound
from simulator.media import MediaStore
from simulator.people import People
from simulator.settings import Settings
from simulator.state import State
from simulator.webhooks import Webhooks


@dataclass
class World:
    settings: Settings
    clock: Clock
    state: State
    people: People
    faults: Faults
    media: MediaStore
    webhooks: Webhooks
    delivery: Delivery
    inbound: Inbound


def build(settings: Settings) -> World:
    clock = Clock(settings.clock_path, settings.bahi_path)
    state = State(settings.state_path)
    people, faults, media = People(settings, state), Faults(), MediaStore(settings)
    webhooks = Webhooks(settings, clock, state)
    delivery = Delivery(settings, clock, state, faults, media, webhooks)
    inbound = Inbound(settings, clock, state, people, faults, media, webhooks)
    return World(settings, clock, state, people, faults, media, webhooks, delivery, inbound)
