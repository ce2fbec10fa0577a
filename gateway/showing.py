"""How does an answer become a response? As JSON with its ETag, or as the document that is in it."""

import base64
import hashlib
import re
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from gateway.route import Route


def show(route: Route, answer: Any) -> Response:
    """Make the response of an answer; 304 if the asker has it already."""
    if isinstance(answer, Response):
        return answer
    if route.document:
        return _paper(answer)
    if route.status == HTTPStatus.NO_CONTENT:
        return Response(status=route.status)
    body = msgspec.json.encode(answer)
    response = Response(body, route.status, mimetype="application/json")
    if route.made:
        response.headers["Location"] = route.made.format_map(msgspec.structs.asdict(answer))
    if version := getattr(answer, "version", None):
        # the version is for If-Match; the rest tells changes that raise no version, such as stock
        tag = f"{version}-{hashlib.blake2b(body, digest_size=6).hexdigest()}"
        if route.method == "GET" and request.if_none_match.contains_weak(tag):
            response = Response(status=304)
        response.set_etag(tag)
    return response


def _paper(answer: Any) -> Response:
    document = answer.document if hasattr(answer, "document") else answer
    response = Response(base64.b64decode(document.base64), mimetype=document.media_type)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", document.name)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
