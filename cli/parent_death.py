"""A supervised process ends when its supervisor does, even after `kill -9`.

Linux only; elsewhere a supervisor that is killed leaves its children, and they must be stopped by hand.
"""

import ctypes
import os
import signal
import sys

VARIABLE = "BAHI_SUPERVISOR"  # process id of the supervisor, set for its children and taken out again at once
PR_SET_PDEATHSIG = 1


def die_with(supervisor: str) -> None:
    """Ask the kernel for SIGTERM at the death of that parent; it survives exec. Nothing when there is none."""
    if not supervisor or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != int(supervisor):  # it died before we could ask
        sys.exit(1)
