"""What does the gateway know itself? Stores that its own routes (`Route.own`) answer from."""

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.config import Settings
from gateway.auth import Keys
from gateway.jobs.desk import Jobs
from gateway.jobs.files import Files
from gateway.live.hub import Hub
from gateway.owners import Owners
from gateway.people.links import Links
from gateway.people.locks import Locks
from gateway.people.mentions import Mentions
from gateway.people.provider import Provider
from gateway.people.sessions import Sessions
from gateway.people.sign_ons import SignOns
from gateway.people.users import Users
from gateway.views.store import Views
from gateway.webhooks.bindings import Bindings, BrokerLine, Line
from gateway.webhooks.desk import Subscriptions
from gateway.webhooks.history import History
from gateway.webhooks.stuck import Troubles


@dataclass(frozen=True, slots=True)
class Own:
    """The gateway's own stores."""

    settings: Settings
    keys: Keys
    users: Users
    sessions: Sessions
    locks: Locks
    links: Links
    sign_ons: SignOns
    provider: Provider
    mentions: Mentions
    webhooks: Subscriptions
    deliveries: History
    jobs: Jobs
    job_files: Files
    live: Hub
    views: Views
    owners: Owners
    troubles: Troubles


def open_own(engine: sa.Engine, settings: Settings, line: Line | None = None) -> Own:
    """Open them on a database; people's stores change several rows at once."""
    whole = engine.execution_options(isolation_level="READ COMMITTED")
    return Own(
        settings,
        Keys(engine),
        Users(whole),
        Sessions(whole),
        Locks(whole),
        Links(whole),
        SignOns(whole),
        Provider(settings),
        Mentions(engine),
        Subscriptions(
            whole, Bindings(line or BrokerLine()), private=bool(settings.webhooks_allow_private)
        ),
        History(whole),
        Jobs(whole),
        Files(whole),
        Hub(),
        Views(whole),
        Owners(whole),
        Troubles(whole),
    )
