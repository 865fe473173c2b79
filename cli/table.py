"""Every command: where it lives, what it does in one line, and what it needs before it runs.

A command's module is imported only when that command is asked for.
"""

from dataclasses import dataclass

NOTHING = "nothing"  # neither keys nor services: runs before anything was set up
SETTINGS = "settings"  # the home's keys and settings
SERVICES = "services"  # database and Redis as well, the schema migrated


@dataclass(frozen=True)
class Entry:
    target: str  # module:attribute, a Click command or a plain function; empty for what the launcher does itself
    help: str
    needs: str = NOTHING
    exit_when_down: int = 7


START = {
    "up": Entry("cli.up:command", "Start everything: services, web, worker, scheduler, simulator."),
    "setup": Entry("", "Set this folder up: Python, packages, front end, catalogues."),
    "test": Entry("", "Set up with the development packages and run the tests."),
    "demo": Entry("cli.demo:command", "Fill in the sample wholesaler and its retailers.", SERVICES),
}
BUSINESS = {
    "org": Entry("cli.org:command", "Create organisations.", SERVICES),
    "user": Entry("cli.user:command", "Create users.", SERVICES),
    "import": Entry("cli.imports:command", "Read a catalogue, retailers or balances from a file.", SERVICES),
    "gateway": Entry("cli.gateway:command", "Connect a payment gateway: its secrets and its webhook.", SERVICES),
    "export": Entry("cli.export:command", "Write the books or a return to a file.", SERVICES),
    "understand": Entry("cli.understand:command", "Show how order messages are understood; no database."),
    "invoice": Entry("cli.invoice:command", "Check the arithmetic of an invoice; no database."),
    "remind": Entry("cli.remind:command", "Show who would be reminded, with which text, and why.", SERVICES),
    "templates": Entry("cli.templates:command", "Message templates at the provider.", SERVICES),
}
OPERATION = {
    "doctor": Entry("cli.doctor:command", "Check every invariant of the live database.", SERVICES, exit_when_down=2),
    "audit": Entry("cli.audit:command", "Anchor the audit trail outside the database; verify it.", SERVICES, 2),
    "clock": Entry("cli.clock:command", "Show or move the clock of all processes.", SETTINGS),
    "migrate": Entry("cli.migrate:command", "Bring the database to this version's schema.", SETTINGS),
    "web": Entry("cli.web:command", "The web server alone.", SETTINGS),
    "worker": Entry("cli.worker:command", "The job worker alone; any number may run.", SERVICES),
    "scheduler": Entry("cli.scheduler:command", "The ticking clock of jobs alone; one is enough.", SERVICES),
    "simulator": Entry("cli.simulator:command", "The WhatsApp stand-in alone.", SETTINGS),
    "version": Entry("cli.version:command", "Versions of Bahi and of what it stands on."),
}
SECTIONS = {"Start": START, "Business": BUSINESS, "Operation": OPERATION}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
