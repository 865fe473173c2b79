"""What can go wrong with embedded services, said in a way that names the next step."""


class ServiceError(Exception):
    """A server of this home could not be started, reached or stopped in time."""


class ServiceMissing(ServiceError):
    """No usable server program, or data that this program cannot read: somebody must change the set-up."""
