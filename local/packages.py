"""Where are the programs of RabbitMQ? Installed, or unpacked from the distribution's packages."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]
ERLANG_HOME = "/usr/lib/erlang"
ERLANG_PARTS = (
    "asn1", "base", "crypto", "eldap", "ftp", "inets", "mnesia", "os-mon", "parsetools",
    "public-key", "runtime-tools", "snmp", "ssl", "syntax-tools", "tftp", "tools", "xmerl",
)  # fmt: skip
PACKAGES = ("rabbitmq-server", *(f"erlang-{part}" for part in ERLANG_PARTS))


@dataclass(frozen=True, slots=True)
class Home:
    """Where RabbitMQ's scripts and Erlang's programs lie."""

    scripts: Path
    erlang: Path

    @property
    def epmd(self) -> Path:
        """Erlang's port mapper, which every node needs."""
        return next(iter(sorted(self.erlang.glob("erts-*/bin/epmd"))))


def installed() -> Home | None:
    """Find the programs that the machine has."""
    roots = [
        Path("/usr/lib/rabbitmq/lib"),
        Path("/usr/local/lib/rabbitmq/lib"),
        Path("/opt/rabbitmq"),
    ]
    for root in roots:
        for server in sorted(root.glob("**/sbin/rabbitmq-server")):
            for erlang in (Path(ERLANG_HOME), Path("/usr/local/lib/erlang")):
                if list(erlang.glob("erts-*/bin/epmd")):
                    return Home(server.parent, erlang)
    return None


def unpacked(cache: Path, say: Say) -> Home | None:
    """Download Debian's packages and unpack them into our cache; None where that cannot be."""
    root = cache / "rabbitmq"
    if not (root / "complete").exists():
        if not (shutil.which("apt-get") and shutil.which("dpkg")):
            return None
        if not _unpack(root, say):
            return None
    servers = sorted(root.glob("usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server"))
    return Home(servers[-1].parent, root / "usr/lib/erlang") if servers else None


def _unpack(root: Path, say: Say) -> bool:
    downloads = root / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    say(f"downloading {len(PACKAGES)} packages of RabbitMQ and Erlang (33 MB) …")
    command = ["apt-get", "-o", "Debug::NoLocking=1", "download", *PACKAGES]
    done = subprocess.run(command, cwd=downloads, capture_output=True, check=False, text=True)
    if done.returncode:
        say(f"they cannot be downloaded: {done.stderr.strip().splitlines()[-1:]}")
        return False
    say("unpacking them into our cache …")
    for package in sorted(downloads.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(root)], check=True)
    _point_erlang_at_itself(root)
    shutil.rmtree(downloads)
    (root / "complete").touch()
    return True


def _point_erlang_at_itself(root: Path) -> None:
    """Debian's scripts have their path written into them and would start the system's Erlang."""
    erlang = root / "usr/lib/erlang"
    for script in [erlang / "bin/erl", erlang / "bin/start", *erlang.glob("erts-*/bin/*")]:
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            if text.startswith(b"#!"):
                script.write_bytes(text.replace(ERLANG_HOME.encode(), str(erlang).encode()))
