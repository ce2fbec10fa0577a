"""What does `make run` do? It starts everything, shows where, and stops it all on Ctrl-C."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

from local import admin, catalogue, console
from local.processes import ROOT
from local.supervisor import System

STATE = ROOT / ".oms" / "run"


def say(text: str) -> None:
    """Show a line with the time."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def main(state: Path = STATE) -> None:
    """Run the system until Ctrl-C or SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    built = _build_console()
    with System(
        state,
        say,
        port=int(os.environ.get("PORT", "8080")),
        extra={"LOG_FORMAT": os.environ.get("LOG_FORMAT", "console")},
    ) as system:
        loaded = state / "catalogue-loaded"
        if not loaded.exists():
            catalogue.load(system.gateway_url, system.api_key, say)
            loaded.touch()
        (state / "url").write_text(system.gateway_url)
        print(
            f"\n  Console  {f'{system.gateway_url}/console/' if built else 'missing, see above'}\n"
            f"  Login    {admin.EMAIL}, password {admin.password(system)}\n"
            f"  API      {system.gateway_url}\n"
            f"  Docs     {system.gateway_url}/docs\n"
            f"  API key  {system.api_key}\n"
            f"  Mails    {_near(system.mails)}\n"
            f"  Logs     {_near(state / 'logs')}\n\n"
            "  Ctrl-C stops it; the data stay. `make reset` forgets them.\n",
            flush=True,
        )
        with contextlib.suppress(KeyboardInterrupt):
            stop.wait()
        (state / "url").unlink(missing_ok=True)
        say("stopping …")
    say("stopped")


def _build_console() -> bool:
    """Build the console if need be; without it everything else is there all the same."""
    try:
        console.build(say)
    except console.NoConsole as why:
        say(f"The console is missing: {why}")
    return (console.CONSOLE / console.BUILT / "index.html").exists()


def _near(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    main()
