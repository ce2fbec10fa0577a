"""How do secrets get under the newest key? Each is opened by whatever key it has, and sealed anew.

Runs beside everything else: a row is changed only if it still holds what was read, so what somebody
replaces meanwhile stays theirs, and is sealed by the newest key anyway.
"""

import sqlalchemy as sa

from chassis.sealing import seal, unseal

COLUMNS = (
    ("users", "user_id", "totp_secret"),
    ("webhook_subscriptions", "subscription_id", "secret"),
    ("webhook_subscriptions", "subscription_id", "old_secret"),
)


def seal_all(engine: sa.Engine) -> int:
    """Seal every secret that the gateway keeps by the first key; tell how many there were."""
    done = 0
    for table, key, column in COLUMNS:
        named = f"select {key}, {column} from {table} where {column} <> ''"  # noqa: S608 - our own names
        change = f"update {table} set {column} = %s where {key} = %s and {column} = %s"  # noqa: S608
        with engine.connect() as connection:
            kept = connection.exec_driver_sql(named).all()
        for identity, secret in kept:
            with engine.begin() as connection:
                values = (seal(unseal(secret)), identity, secret)
                done += connection.exec_driver_sql(change, values).rowcount
    return done
