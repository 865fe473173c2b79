"""Every command: where it lives, what it does in one line, and what it needs before it runs.

A command's module is imported only when that command is asked for.
"""

from dataclasses import dataclass

NOTHING = "nothing"  # neither keys nor services: runs before anything was set up
SETTINGS = "settings"  # the home's keys and settings
SERVICES = "services"  # database and Redis as well, the schema migrated


@dataclass(frozen=True)
class CommandRow:
    target: str  # module:attribute, a Click command or a plain function; empty for what the launcher does itself
    help: str
    needs: str = NOTHING
    exit_when_down: int = 7


START = {
    "up": CommandRow("cli.up:command", "Start everything: services, web, worker, scheduler, simulator."),
    "setup": CommandRow("", "Set this folder up: Python, packages, front end, catalogues."),
    "test": CommandRow("", "Set up with the development packages and run the tests."),
    "demo": CommandRow("cli.demo:command", "Fill in the sample wholesaler and its retailers.", SERVICES),
}
BUSINESS = {
    "org": CommandRow("cli.org:command", "Create organisations.", SERVICES),
    "user": CommandRow("cli.user:command", "Create users.", SERVICES),
    "import": CommandRow("cli.imports:command", "Read a catalogue, retailers or balances from a file.", SERVICES),
    "gateway": CommandRow("cli.gateway:command", "Connect a payment gateway: its secrets and its webhook.", SERVICES),
    "export": CommandRow("cli.export:command", "Write the books or a return to a file.", SERVICES),
    "understand": CommandRow("cli.understand:command", "Show how order messages are understood; no database."),
    "invoice": CommandRow("cli.invoice:command", "Check the arithmetic of an invoice; no database."),
    "remind": CommandRow("cli.remind:command", "Show who would be reminded, with which text, and why.", SERVICES),
    "templates": CommandRow("cli.templates:command", "Message templates at the provider.", SERVICES),
}
OPERATION = {
    "doctor": CommandRow(
        "cli.doctor:command", "Check every invariant of the live database.", SERVICES, exit_when_down=2
    ),
    "audit": CommandRow("cli.audit:command", "Anchor the audit trail outside the database; verify it.", SERVICES, 2),
    "clock": CommandRow("cli.clock:command", "Show or move the clock of all processes.", SETTINGS),
    "migrate": CommandRow("cli.migrate:command", "Bring the database to this version's schema.", SETTINGS),
    "web": CommandRow("cli.web:command", "The web server alone.", SETTINGS),
    "worker": CommandRow("cli.worker:command", "The job worker alone; any number may run.", SERVICES),
    "scheduler": CommandRow("cli.scheduler:command", "The ticking clock of jobs alone; one is enough.", SERVICES),
    "simulator": CommandRow("cli.simulator:command", "The WhatsApp stand-in alone.", SETTINGS),
    "version": CommandRow("cli.version:command", "Versions of Bahi and of what it stands on."),
}
SECTIONS = {"Start": START, "Business": BUSINESS, "Operation": OPERATION}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
