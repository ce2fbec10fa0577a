"""Which messages wait for a person, and what shall become of them?"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import aside, clock
from chassis.config import read_settings


def main(service: str, wish: list[str], say: Callable[[str], None] = print) -> int:
    """List, show, retry or drop parked messages of the service whose DATABASE_URL is set."""
    engine = sa.create_engine(read_settings().database_url)
    with Session(engine) as session, session.begin():
        match wish:
            case ["list"]:
                return _list(session, service, say)
            case ["show", message_id]:
                return _show(session, message_id, say)
            case ["retry", message_id]:
                done = aside.retry(session, message_id, clock.now())
                say(
                    f"{message_id} will be handled again." if done else f"There is no {message_id}."
                )
                return 0 if done else 1
            case ["retry-all"]:
                parked = aside.find_aside(session)
                for one in parked:
                    aside.retry(session, one.message_id, clock.now())
                say(f"{len(parked)} messages of {service} will be handled again.")
                return 0
            case ["drop", message_id]:
                done = aside.drop(session, message_id)
                say(f"{message_id} is gone." if done else f"There is no {message_id}.")
                return 0 if done else 1
    say("parked SERVICE [list | show ID | retry ID | retry-all | drop ID]")
    return 2


def _list(session: Session, service: str, say: Callable[[str], None]) -> int:
    parked = aside.find_aside(session)
    if not parked:
        say(f"Nothing is parked at {service}.")
    for one in parked:
        say(f"{one.message_id}  {one.first_at:%Y-%m-%d %H:%M:%S}  {one.name}  {one.reason}")
    return 0


def _show(session: Session, message_id: str, say: Callable[[str], None]) -> int:
    one = aside.show(session, message_id)
    if one is None:
        say(f"There is no {message_id}.")
        return 1
    for name in ("message_id", "name", "state", "attempts", "first_at", "due_at", "reason"):
        say(f"{name:12} {getattr(one, name)}")
    say(f"{'headers':12} {one.headers}")
    say(f"{'body':12} {one.body.decode(errors='replace')}")
    say(one.stack)
    return 0
