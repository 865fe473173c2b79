"""How goods travel and whose numbers they travel under, as a paper names it beside its own. Pure.

An e-way bill number comes from the portal; its twelve digits are only checked for shape. Source: CGST rule 138.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.errors import Invalid

EWAY_BILL = re.compile(r"\d{12}")
VEHICLE = re.compile(r"[A-Z0-9]{4,15}")


class EwayBillInvalid(Invalid):
    """An e-way bill number that is not twelve digits."""

    code = "EWAY_BILL_INVALID"


class VehicleInvalid(Invalid):
    """A vehicle number that no plate has."""

    code = "VEHICLE_INVALID"


@dataclass(frozen=True, slots=True)
class Transport:
    """Empty is what nobody told. `document` is the carrier's own paper: a lorry receipt, a railway receipt."""

    vehicle: str = ""
    transporter: str = ""
    transporter_id: str = ""
    document: str = ""
    eway_bill: str = ""


UNTOLD = Transport()


def parsed(given: Mapping[str, str]) -> Transport:
    """What people typed, without spaces in numbers. Raises EwayBillInvalid, VehicleInvalid."""
    said = {name: " ".join(value.split()) for name, value in given.items()}
    vehicle = re.sub(r"[\s-]", "", said.get("vehicle", "")).upper()
    eway_bill = re.sub(r"[\s-]", "", said.get("eway_bill", ""))
    if vehicle and not VEHICLE.fullmatch(vehicle):
        raise VehicleInvalid(f"{vehicle!r} is not a vehicle number", vehicle=vehicle)
    if eway_bill and not EWAY_BILL.fullmatch(eway_bill):
        raise EwayBillInvalid("An e-way bill number has twelve digits.", eway_bill=eway_bill)
    return Transport(**{**said, "vehicle": vehicle, "eway_bill": eway_bill})


def dumped(transport: Transport) -> dict[str, str]:
    """As a document keeps it: only what was told."""
    return {name: value for name, value in asdict(transport).items() if value}
