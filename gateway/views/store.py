"""Where are saved views kept, and who may see and change which?

A view is its maker's. Shared, all see it, and whoever may share may change and delete it; so a
shared view does not outlive the interest in it because its maker has left.
"""

from typing import Any

import sqlalchemy as sa

from chassis import clock
from chassis.errors import NotFound, Refused, Stale
from chassis.ids import new_id
from gateway.tables import views
from gateway.views import said

MOST = 50  # of one's own, and as many shared ones: orders counts no more at once
ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtextextended('oms.views', 0))")


class Views:
    """The saved views."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, owner: str) -> tuple[said.OrderView, ...]:
        """Give somebody's views and the shared ones, in the order of their tabs."""
        seen = (views.c.owner == owner) | views.c.shared
        query = sa.select(views).where(seen).order_by(views.c.position, views.c.view_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(2 * MOST)).all()
        return tuple(_shown(row, owner) for row in rows)

    def get(self, view_id: str, owner: str) -> said.OrderView:
        """Give a view that somebody may see; raises NotFound."""
        with self._engine.connect() as connection:
            return _shown(_seen(connection, view_id, owner), owner)

    def save(self, wish: said.NewView, owner: str) -> said.OrderView:
        """Keep a new view."""
        row = {"view_id": new_id("viw"), "owner": owner, "created_at": clock.now(), **_told(wish)}
        with self._engine.begin() as connection:
            connection.execute(ONE_AT_A_TIME)
            _check_name(connection, wish.name, owner)
            _check_room(connection, views.c.owner == owner, "You have")
            if wish.shared:
                _check_room(connection, views.c.shared, "There are")
            return _shown(
                connection.execute(sa.insert(views).values(row).returning(views)).one(), owner
            )

    def change(self, wish: said.ChangeView, owner: str, *, may_share: bool) -> said.OrderView:
        """Change a view as a whole."""
        with self._engine.begin() as connection:
            connection.execute(ONE_AT_A_TIME)
            row = _mine(connection, wish.view_id, owner, wish.expected_version, may_share=may_share)
            if wish.name != row.name:
                _check_name(connection, wish.name, row.owner)
            if wish.shared and not row.shared:
                _check_room(connection, views.c.shared, "There are")
            changed = sa.update(views).where(views.c.view_id == row.view_id)
            values = {**_told(wish), "version": row.version + 1}
            return _shown(connection.execute(changed.values(values).returning(views)).one(), owner)

    def delete(self, wish: said.DeleteView, owner: str, *, may_share: bool) -> None:
        """Delete a view."""
        with self._engine.begin() as connection:
            row = _mine(connection, wish.view_id, owner, wish.expected_version, may_share=may_share)
            connection.execute(sa.delete(views).where(views.c.view_id == row.view_id))


def _told(wish: said.NewView) -> dict[str, Any]:
    names = ("name", "filter", "columns", "position", "shared")
    return {name: getattr(wish, name) for name in names}


def _seen(connection: sa.Connection, view_id: str, owner: str, *, lock: bool = False) -> Any:
    query = sa.select(views).where(
        views.c.view_id == view_id, (views.c.owner == owner) | views.c.shared
    )
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("view", view_id, "view_id")
    return row


def _mine(
    connection: sa.Connection, view_id: str, owner: str, expected: int | None, *, may_share: bool
) -> Any:
    row = _seen(connection, view_id, owner, lock=True)
    if row.owner != owner and not may_share:
        told = "This view is shared by somebody else; to change it needs views.share."
        raise Refused("not_yours", told, "view_id")
    if expected not in {None, row.version}:
        raise Stale("view", row.name, expected or 0, row.version)
    return row


def _check_name(connection: sa.Connection, name: str, owner: str) -> None:
    same = sa.select(views.c.view_id).where(views.c.owner == owner, views.c.name == name)
    if connection.execute(same).first():
        raise Refused("taken", f"There is a view {name} already; take another name.", "name")


def _check_room(connection: sa.Connection, of: Any, whose: str) -> None:
    many = connection.scalar(sa.select(sa.func.count()).select_from(views).where(of)) or 0
    if many >= MOST:
        shared = " shared" if whose == "There are" else ""
        raise Refused("too_many", f"{whose} {MOST}{shared} views already; delete one before.")


def _shown(row: Any, owner: str) -> said.OrderView:
    return said.OrderView(
        view_id=row.view_id,
        name=row.name,
        filter=row.filter,
        columns=row.columns,
        position=row.position,
        shared=row.shared,
        mine=row.owner == owner,
        created_at=row.created_at,
        version=row.version,
    )
