"""`python -m simulator`: start the Twilio stand-in and its page, until SIGINT or SIGTERM."""

import argparse
import logging
import os
import signal
import sys
import threading

from simulator.server import Server
from simulator.settings import Arguments, SettingsError, load

EXIT_CONFIGURATION = 3
EXIT_SERVICE_DOWN = 7


def main() -> int:
    options = _parser().parse_args()
    arguments = vars(options)
    port = arguments.pop("port")
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), format="simulator: %(message)s")
    try:
        server = Server(load(Arguments(**arguments), os.environ), port)
    except SettingsError as error:
        logging.error("%s", error)
        return EXIT_CONFIGURATION
    except OSError as error:
        logging.error("cannot listen on port %s: %s", port, error)
        return EXIT_SERVICE_DOWN
    return _run(server)


def _run(server: Server) -> int:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    server.start()
    logging.info("the phone is at %s", server.url)
    stopping.wait()
    server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--app-url", default="http://127.0.0.1:8000", help="where Bahi listens")
    parser.add_argument("--account-sid", help="AC...; default TWILIO_ACCOUNT_SID")
    parser.add_argument("--token-env", default="TWILIO_AUTH_TOKEN", help="the variable that holds the auth token")
    parser.add_argument("--state", help="file that keeps the chats; default BAHI_HOME/simulator.json")
    parser.add_argument("--people", help="file with the sample people; default BAHI_HOME/people.json")
    parser.add_argument(
        "--business-number", action="append", dest="business_numbers", default=[], help="+91...; repeatable"
    )
    parser.add_argument("--step-seconds", type=float, default=0.4, help="delay between sent, delivered and read")
    return parser


if __name__ == "__main__":
    sys.exit(main())
