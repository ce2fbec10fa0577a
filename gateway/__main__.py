"""What can be done with the gateway from the shell?

python -m gateway                           serve the API on PORT
python -m gateway create-key NAME [DAYS]    make an API key, valid for so many days, and print it,
                                            this once
python -m gateway revoke-key NAME           let a key be of no use any more
python -m gateway list-keys                 list the keys
python -m gateway openapi                   print the OpenAPI document
"""

import sys
from datetime import datetime, timedelta

LONGEST_DAYS = 3650


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit code."""
    if not arguments:
        # before anything else is imported, or sockets and locks stay blocking
        import eventlet

        eventlet.monkey_patch()
        from gateway.serve import serve

        return serve()
    from contracts import load_all

    load_all()
    if arguments == ["openapi"]:
        from gateway import openapi

        print(openapi.text().decode(), end="")
        return 0
    return _keys(arguments)


def _keys(arguments: list[str]) -> int:
    from chassis.config import read_settings
    from chassis.store import new_engine
    from gateway.auth import BadKey, Keys

    keys = Keys(new_engine(read_settings().database_url))
    try:
        match arguments:
            case ["create-key", name]:
                print(keys.create(name))
            case ["create-key", name, days]:
                print(keys.create(name, _in_days(days)))
            case ["revoke-key", name]:
                done = keys.revoke(name)
                print(f"{name} is revoked." if done else f"There is no valid key {name}.")
                return 0 if done else 1
            case ["list-keys"]:
                print("\n".join(keys.names()) or "There are no keys.")
            case _:
                print(__doc__)
                return 2
    except BadKey as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _in_days(days: str) -> datetime:
    from chassis import clock
    from gateway.auth import BadKey

    if not (days.isascii() and days.isdigit() and 0 < int(days) <= LONGEST_DAYS):
        raise BadKey(f"DAYS must be a whole number from 1 to {LONGEST_DAYS}, not {days!r}.")
    return clock.now() + timedelta(days=int(days))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
