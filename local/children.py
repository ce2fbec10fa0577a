"""How are processes started so that none is left behind?

Every child asks the kernel to be ended when its parent dies (PR_SET_PDEATHSIG).
PostgreSQL refuses to run as root; root starts it in a user namespace of its own, in which root
is an ordinary user, so that no file has to change hands.
"""

import ctypes
import os
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
ORDINARY = 1000
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Called in the child between fork and exec: a group of its own, and no life without us."""
    os.setpgid(0, 0)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def not_as_root() -> None:
    """Called in the child between fork and exec: seem to be an ordinary user if we are root."""
    if os.geteuid() == 0:
        uid, gid = os.getuid(), os.getgid()
        if _libc.unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespace can be made for PostgreSQL")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{ORDINARY} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{ORDINARY} {gid} 1")
    die_with_parent()
