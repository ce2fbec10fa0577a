"""What can be done with the gateway from the shell?

python -m gateway                           serve the API on PORT
python -m gateway create-user EMAIL NAME --role ROLE [LANGUAGE]
                                            add a person, and print the link where they set their
                                            password: good once, for an hour
python -m gateway password-link EMAIL       print such a link for a user, where mail does not help
python -m gateway create-key NAME [DAYS] [--scopes PERMISSION,…]
                                            make an API key, valid for so many days, for these
                                            permissions (for all without), and print it, this once
python -m gateway revoke-key NAME           let a key be of no use any more
python -m gateway list-keys                 list the keys
python -m gateway deliver                   send webhooks, and work off jobs
python -m gateway seal                      seal by the first of SEALING_KEYS what is kept plain, or
                                            by an older key; afterwards that one can go
python -m gateway openapi                   print the OpenAPI document
"""

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.own import Own

LONGEST_DAYS = 3650


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit code."""
    if arguments in ([], ["deliver"]):
        # before anything else is imported, or sockets and locks stay blocking
        import eventlet

        eventlet.monkey_patch()
        return _serve(deliver=bool(arguments))
    from contracts import load_all

    load_all()
    if arguments == ["openapi"]:
        from gateway import openapi

        print(openapi.text().decode(), end="")
        return 0
    return _people_and_keys(arguments)


def _serve(*, deliver: bool) -> int:
    from chassis import sealing
    from chassis.run import run
    from gateway.serve import serve

    try:
        sealing.check()
    except sealing.SealingError as error:
        print(error, file=sys.stderr)
        return 1
    return run("gateway") if deliver else serve()


def _people_and_keys(arguments: list[str]) -> int:
    from chassis.config import read_settings
    from chassis.errors import Refused
    from chassis.sealing import SealingError
    from chassis.store import new_engine
    from gateway.auth import BadKey
    from gateway.own import open_own
    from gateway.sealed import seal_all

    settings = read_settings()
    engine = new_engine(settings.database_url)
    own = open_own(engine, settings)
    try:
        match arguments:
            case ["create-user", email, name, "--role", role, *more] if len(more) <= 1:
                print(_make_user(own, email, name, role, *more))
            case ["password-link", email]:
                print(_link_for(own, email))
            case ["create-key", name, *more]:
                print(_make_key(own, name, more))
            case ["revoke-key", name]:
                done = own.keys.revoke(name)
                print(f"{name} is revoked." if done else f"There is no valid key {name}.")
                return 0 if done else 1
            case ["seal"]:
                print(f"{seal_all(engine)} secrets are sealed by the first key.")
            case ["list-keys"]:
                print("\n".join(own.keys.names()) or "There are no keys.")
            case _:
                print(__doc__)
                return 2
    except (BadKey, Refused, SealingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _make_user(own: "Own", email: str, name: str, role: str, language: str = "en") -> str:
    import marshmallow as ma

    from gateway.auth import BadKey
    from gateway.people import post, said
    from gateway.schemas import faults, load

    sent = {"email": email, "name": name, "roles": [{"role": role}], "language": language}
    try:
        wish = load(said.NewUser, sent)
    except ma.ValidationError as error:
        raise BadKey("\n".join(fault["detail"] for fault in faults(error.messages))) from None
    assert isinstance(wish, said.NewUser)
    user = own.users.add(wish.email, wish.name, wish.roles, wish.language)
    return post.link(own.settings, own.links.make(user.user_id))


def _link_for(own: "Own", email: str) -> str:
    from gateway.auth import BadKey
    from gateway.people import post

    if (user := own.users.by_email(email)) is None:
        raise BadKey(f"There is no active user {email[:80]!r}.")
    return post.link(own.settings, own.links.make(user.user_id))


def _make_key(own: "Own", name: str, more: list[str]) -> str:
    from gateway.auth import BadKey

    scopes = None
    if "--scopes" in more:
        at = more.index("--scopes")
        scopes = [word for word in ",".join(more[at + 1 :]).split(",") if word]
        more = more[:at]
        if not scopes:
            raise BadKey("Name the permissions behind --scopes, with commas between.")
    if len(more) > 1:
        raise BadKey("After the name come DAYS and --scopes, and nothing else.")
    return own.keys.create(name, _in_days(more[0]) if more else None, scopes)


def _in_days(days: str) -> datetime:
    from chassis import clock
    from gateway.auth import BadKey

    if not (days.isascii() and days.isdigit() and 0 < int(days) <= LONGEST_DAYS):
        raise BadKey(f"DAYS must be a whole number from 1 to {LONGEST_DAYS}, not {days!r}.")
    return clock.now() + timedelta(days=int(days))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
