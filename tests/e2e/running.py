"""Bahi as real processes on free ports, with the simulator as its Twilio; spoken to over HTTP and the command line."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT_SID, AUTH_TOKEN = "AC" + "7" * 32, "0f" * 16
BUSINESS = "+918000000001"
PASSWORD = "correct horse battery staple"

RETAILER_COLUMNS = (
    "code,name,phone,language,gstin,state,address,credit_limit,credit_days,max_order_value,max_outstanding_days"
)
RETAILERS = f"""{RETAILER_COLUMNS}
R1,Sharma Kirana,+919810000001,en,,27,"12 MG Road, Pune",50000,15,40000,30
R2,Gupta Stores,+919810000002,hi,,27,"4 Station Road, Pune",20000,7,20000,30
R3,Khan General Store,+919810000003,ur,,24,"Ring Road, Surat",10000,7,10000,30
"""


class Bahi:
    """One running installation. `home` holds everything it leaves behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.simulator_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.simulator = f"http://127.0.0.1:{self.simulator_port}"
        self.retailers: dict[str, dict[str, Any]] = {}
        self.org = ""
        self._token = ""
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}},
            "BAHI_ENV": "test",
            "BAHI_HOME": str(home),
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE_URL": self.simulator,
            "PUBLIC_BASE_URL": self.url,
            "BAHI_PASSWORD": PASSWORD,
        }

    # -- processes --------------------------------------------------------------------------------

    def up(self) -> None:
        """Start everything; returns when it takes messages."""
        line = [str(ROOT / "bahi"), "up", "--port", str(self.port), "--simulator-port", str(self.simulator_port)]
        with (self.home / "up.log").open("a") as log:
            self.process = subprocess.Popen(
                [*line, "--no-demo"], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self._is_ready, 120, "readyz")

    def down(self) -> int:
        """Stop everything as Ctrl-C does; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def pids(self, word: str = "") -> list[int]:
        """Processes below `up` whose command line has this word."""
        parents, lines = {}, {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                    lines[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        below = {self.process.pid}
        for _ in range(10):
            below |= {pid for pid, parent in parents.items() if parent in below}
        return [pid for pid in below - {self.process.pid} if word in lines[pid]]

    def command(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command of the launcher."""
        done = subprocess.run(
            [str(ROOT / "bahi"), *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode in codes, f"bahi {' '.join(arguments)} -> {done.returncode}: {done.stderr[-800:]}"
        return done.stdout

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, (self.home / "up.log").read_text()[-1500:]
        with contextlib.suppress(requests.RequestException):
            ready = requests.get(self.url + "/readyz", timeout=2).status_code == 200
            return ready and requests.get(self.simulator + "/__/people", timeout=2).status_code == 200
        return False

    # -- the founder's side -----------------------------------------------------------------------

    def found(self) -> None:
        """An organisation with a user, the sample catalogue and three shops."""
        made = self.command(
            "org", "create", "--name", "Shree Ganesh Traders", "--country", "IN", "--state", "27", "--gstin",
            "27AAPFU0939F1ZV", "--whatsapp", BUSINESS, "--upi-vpa", "ganeshtraders@okhdfcbank", "--json",
        )  # fmt: skip
        self.org = json.loads(made)["org_id"]
        self.command("user", "create", "--org", self.org, "--email", "owner@example.com", "--role", "owner", "--json")
        catalogue = ROOT / "orders" / "data" / "catalog.json"
        self.command("import", "catalog", str(catalogue), "--org", self.org, "--json")
        self.add_shops(RETAILERS)

    def add_shops(self, rows: str) -> None:
        """Import shops from CSV text."""
        file = self.home / f"{uuid.uuid4().hex}.csv"
        file.write_text(rows)
        self.command("import", "retailers", str(file), "--org", self.org, "--json")
        listed = self.api("GET", "/retailers?limit=100")
        self.retailers = {row["code"]: row for row in listed["data"]}

    def sign_in(self) -> None:
        """A fresh access token: moving the clock ends the old one."""
        answer = requests.post(
            self.url + "/api/v1/auth/login", json={"email": "owner@example.com", "password": PASSWORD}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        """One API request, signing in again when the token has run out."""
        for _ in range(2):
            headers = {"Authorization": f"Bearer {self._token}"}
            if method == "POST":
                headers["Idempotency-Key"] = key or uuid.uuid4().hex
            answer = requests.request(method, f"{self.url}/api/v1/admin{path}", json=body, headers=headers, timeout=30)
            if answer.status_code != 401:
                break
            self.sign_in()
        return answer

    def api(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        """The JSON of one API request, with its expected status."""
        answer = self.call(method, path, body)
        expected = status or (201 if method == "POST" and path in {"/orders", "/payment/record"} else 200)
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return answer.json()

    def profile(self, code: str) -> Any:
        """A shop's credit."""
        return self.api("GET", f"/credit/retailer/{self.retailers[code]['id']}")

    def orders(self, code: str) -> Any:
        """A shop's orders."""
        return self.api("GET", f"/orders?limit=100&retailer_id={self.retailers[code]['id']}")["data"]

    # -- the retailer's side ----------------------------------------------------------------------

    def inbound(self, phone: str, body: str, **more: Any) -> dict[str, Any]:
        """A person sends something; what the webhook answered."""
        said = {"from": phone, "to": BUSINESS, "body": body, **more}
        answer = requests.post(self.simulator + "/__/inbound", json=said, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def sent(self, phone: str) -> list[dict[str, Any]]:
        """What this person was sent so far."""
        answer = requests.get(self.simulator + "/__/outbox", params={"to": phone}, timeout=10)
        return list(answer.json()["messages"])

    def say(self, phone: str, body: str, **more: Any) -> str:
        """Send something and read what comes back."""
        before = len(self.sent(phone))
        assert self.inbound(phone, body, **more)["status"] == 200
        wait_for(lambda: len(self.sent(phone)) > before, 20, f"an answer to {body!r}")
        time.sleep(0.5)
        return "\n".join(said(message) for message in self.sent(phone)[before:])


def said(message: dict[str, Any]) -> str:
    """What the person reads."""
    return str(message.get("rendered") or message.get("text") or message.get("body") or "")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask until it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen in {seconds} s")


@contextlib.contextmanager
def running(home: Path) -> Iterator[Bahi]:
    """Set up, start, found an organisation; stop at the end."""
    bahi = Bahi(home)
    bahi.up()
    try:
        bahi.found()
        yield bahi
    finally:
        bahi.down()


assert sys.platform == "linux", "these tests look into /proc"
