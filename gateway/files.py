"""How does a file of orders reach channels without ever being here whole? In parts, one by one.

A part that was sent twice is kept once, and an upload that was begun with the same key goes on as
the same import: so a file may be sent again after whatever has gone wrong.
"""

import codecs
import hashlib
import time
import uuid
from collections.abc import Iterator
from typing import Any, TypeVar

import eventlet
from flask import request

from chassis.ask import Unavailable
from contracts import imports
from contracts.message import Question, Wire
from contracts.values import Code
from gateway.ports import Asks
from gateway.problems import Answered, problem

LARGEST = 200_000_000
PIECE = 131_072
PATIENCE_SECONDS, PAUSE_SECONDS = 60, 0.5
T = TypeVar("T", bound=Wire)


class OrderFile(Wire, frozen=True, kw_only=True):
    """A file of orders, a row for each line of an order.

    It is taken in behind the answer: ask for the import until it is completed.
    """

    channel: Code
    csv: str = ""


IMPORT_FILE = Question("channels.import_file", OrderFile, imports.Import, changes=True)


def take_file(asker: Asks, asked: OrderFile, actor: str, key: str) -> imports.Import:
    """Send a file on to channels, part by part."""
    named = f"{actor}\n{asked.channel}\n{key or uuid.uuid4().hex}"
    wish = imports.BeginImport(
        channel=asked.channel, key=hashlib.sha256(named.encode()).hexdigest()
    )
    begun = _ask(asker, imports.BEGIN_IMPORT, wish, actor)
    digests: list[str] = []
    for number, text in enumerate(_parts()):
        if number >= imports.MOST_PARTS:
            raise Answered(problem("too-large", "The file has too many parts."))
        digests.append(hashlib.sha256(text.encode()).hexdigest())
        if begun.state == "uploading":
            part = imports.ImportPart(import_id=begun.import_id, number=number, text=text)
            _ask(asker, imports.ADD_PART, part, actor)
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()
    end = imports.EndUpload(import_id=begun.import_id, parts=len(digests), digest=digest)
    return _ask(asker, imports.END_UPLOAD, end, actor)


def _parts() -> Iterator[str]:
    """The body as text, in parts of one size, whatever pieces it comes in."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    text = ""
    try:
        while piece := request.stream.read(PIECE):
            text += decoder.decode(piece)
            while len(text) >= imports.PART_CHARACTERS:
                yield text[: imports.PART_CHARACTERS]
                text = text[imports.PART_CHARACTERS :]
        text += decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Answered(problem("malformed", "The body is not UTF-8.")) from None
    if text:
        yield text


def _ask(asker: Asks, question: Question[Any, T], asked: Wire, actor: str) -> T:
    """Ask channels, and again if it is just being restarted: to say a part twice is harmless."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return asker.ask(question, asked, actor=actor)
        except Unavailable:
            if time.monotonic() > until:
                raise
            eventlet.sleep(PAUSE_SECONDS)
