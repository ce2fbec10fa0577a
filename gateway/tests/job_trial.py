"""What do jobs look like in a test? A desk, a worker, a clock, and services that are played."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis.ids import new_id
from contracts import orders
from gateway.auth import Keys
from gateway.caller import Caller
from gateway.jobs import said, sheet
from gateway.jobs.desk import Jobs, Uploaded
from gateway.jobs.files import Files
from gateway.jobs.worker import Worker
from gateway.memory import MemoryServices
from gateway.people.users import Users
from gateway.tests.builders import example

IDS = tuple(f"ord_{number:026d}" for number in range(60))
REMEMBERED = timedelta(days=7)
AN_ORDER: orders.Order = example(orders.Order)


class Trial:
    """Jobs on a database, and services that are played."""

    def __init__(self, engine: sa.Engine, time: Any) -> None:
        self.engine, self.time = engine, time
        self.services = MemoryServices(example)
        self.desk, self.files = Jobs(engine), Files(engine)
        self.keys, self.users = Keys(engine), Users(engine)
        self.keys.create("shop")
        self.caller = Caller.with_key(self.keys.get("shop").key_id, "shop")
        self.slept: list[float] = []
        self.worker = self.another_worker()

    def another_worker(self, sleep: Callable[[float], None] | None = None) -> Worker:
        sleep = sleep or self.slept.append
        return Worker(self.engine, self.services, 50, REMEMBERED, sleep)

    def starts(self, kind: str = "tag", caller: Caller | None = None, **more: Any) -> str:
        wish = {"tags": ("vip",)} if kind in {"tag", "untag"} else {}
        if "filter" not in more:
            more = {"order_ids": IDS[:3], **more}
        asked = msgspec.convert({"kind": kind, **wish, **more}, said.StartJob)
        return self.desk.start(asked, caller or self.caller).job_id

    def imports(self, table: str, text: str, caller: Caller | None = None) -> str:
        """Bring a file."""
        job_id, file = new_id("job"), text.encode()
        head = [cell.strip() for cell in next(sheet.read([file.partition(b"\n")[0]]))]
        for at in range(0, len(file), 1000):
            self.files.add(job_id, file[at : at + 1000])
        wish = msgspec.convert({"kind": f"import_{table}"}, said.StartJob)
        self.desk.start(wish, caller or self.caller, "", Uploaded(job_id, "", head))
        return job_id

    def confirms(self, job_id: str) -> None:
        self.desk.confirm(said.AboutJob(job_id=job_id), self.caller)

    def file(self, job_id: str) -> list[list[str]]:
        """The rows of a file that was written, the header first."""
        return list(sheet.read(self.files.read(job_id)))

    def works(self, turns: int = 100) -> None:
        """Work until nothing is due."""
        for _ in range(turns):
            if not self.worker.work():
                return

    def job(self, job_id: str) -> said.Job:
        return self.desk.get(said.AboutJob(job_id=job_id), self.caller)

    def rows(self, job_id: str, state: Any = "") -> tuple[said.JobRow, ...]:
        asked = said.FindJobRows(job_id=job_id, state=state, limit=200)
        return self.desk.rows(asked, self.caller).rows

    def acted(self) -> list[Any]:
        """What was asked that changes something, in order."""
        return [heard for heard in self.services.heard if heard.request_id]

    def finds(self, *pages: tuple[str, ...]) -> None:
        """Let the list of orders have these pages."""

        def answer(asked: orders.FindOrders) -> orders.OrderPage:
            at = int(asked.after or 0)
            rows = tuple(
                example(orders.OrderRow, order_id=one, number=1000 + place)
                for place, one in enumerate(pages[at])
            )
            return orders.OrderPage(orders=rows, next=str(at + 1) if at + 1 < len(pages) else "")

        self.services.answers["orders.find"] = answer


def with_(order: orders.Order, **changes: Any) -> orders.Order:
    """Give an order with other values."""
    return msgspec.structs.replace(order, **changes)
