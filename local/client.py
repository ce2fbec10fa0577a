"""How does a program talk to the API? A small client: keys, idempotency, errors in words."""

import time
import uuid
from typing import Any

import requests

TIMEOUT_SECONDS = 30
TRIES, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 10, 0.3, 2.5


class Refusal(Exception):  # noqa: N818 - what the API answered
    """The API said no: `status`, and the problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        errors = "; ".join(f"{e['field']}: {e['detail']}" for e in problem.get("errors", []))
        super().__init__(f"{status} {problem.get('title')}: {problem.get('detail')} {errors}")
        self.status, self.problem = status, problem

    @property
    def passes(self) -> bool:
        """Tell whether the same request may be sent again: nothing is done twice by its key."""
        return (
            self.status == requests.codes.unavailable
            or self.problem.get("type") == "/problems/in-progress"
        )


class Client:
    """A client with an API key; a 503 is tried again, which is safe by the Idempotency-Key."""

    def __init__(self, url: str, key: str, tries: int = TRIES) -> None:
        self.url, self._tries = url, tries
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self._call("GET", path, params=query).json()

    def bytes(self, path: str) -> bytes:
        """Read a document."""
        return self._call("GET", path).content

    def post(self, path: str, body: Any = None, *, key: str = "", **more: Any) -> Any:
        """Change something; `key` is the Idempotency-Key, made if none is given."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex, **more.pop("headers", {})}
        return self._call("POST", path, json=body, headers=headers, **more).json()

    def put(self, path: str, body: Any) -> Any:
        """Make or change something."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return self._call("PUT", path, json=body, headers=headers).json()

    def delete(self, path: str) -> Any:
        """Take something away."""
        return self._call("DELETE", path, headers={"Idempotency-Key": uuid.uuid4().hex}).json()

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        wait = FIRST_WAIT_SECONDS
        for left in range(self._tries - 1, -1, -1):
            try:
                answer = self.session.request(
                    method, f"{self.url}{path}", timeout=TIMEOUT_SECONDS, **more
                )
            except requests.ConnectionError:
                if not left:
                    raise
            else:
                if answer.ok:
                    return answer
                refusal = Refusal(answer.status_code, _problem(answer))
                if not left or not refusal.passes:
                    raise refusal
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        raise AssertionError("the loop returns or raises")


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"title": answer.reason, "detail": answer.text[:200]}
    return found if isinstance(found, dict) else {}
