"""How do browsers get the console? As built files, with a policy that lets nothing else run.

Files whose names have a hash of what is in them never change and may be kept for ever; the page
itself is made anew each time, with a nonce for the styles that the console's library adds while it
runs. No script runs that did not come as a file from here.
"""

import mimetypes
import secrets
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from werkzeug.security import safe_join

from gateway.problems import problem

BUILT = Path(__file__).parent / "console" / "built"
PAGE, HASHED, NONCE = "index.html", "assets/", "NONCE_OF_THIS_PAGE"
COMPRESSED = {"br": ".br", "gzip": ".gz"}
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FOR_EVER, ASK_FIRST, NEVER = "public, max-age=31536000, immutable", "no-cache", "no-store"
NOT_BUILT = "The console is not built here: `make run` builds it, or `python -m local.console`."


def add_console(app: Flask, built: Path = BUILT) -> None:
    """Serve the console below /console/, and lead browsers there."""

    def show(name: str = "") -> Response:
        path = safe_join(str(built), name) if name else None
        if path and Path(path).is_file() and name != PAGE:
            return _file(built, name)
        return _missing(name) if name.startswith(HASHED) else _page(built)

    app.add_url_rule("/console/", "console", show)
    app.add_url_rule("/console/<path:name>", "console", show)
    app.add_url_rule("/", "home", lambda: _home(built))


def _home(built: Path) -> Response:
    person = "text/html" in request.headers.get("Accept", "") and (built / PAGE).exists()
    return Response(status=302, headers={"Location": "/console/" if person else "/docs"})


def _file(built: Path, name: str) -> Response:
    for encoding, suffix in COMPRESSED.items():
        taken = request.accept_encodings.quality(encoding) > 0
        if taken and (built / (name + suffix)).is_file():
            # the type is that of what is inside
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            response = send_from_directory(built, name + suffix, mimetype=kind)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(built, name)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if name.startswith(HASHED) else ASK_FIRST
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=secrets.token_urlsafe(16))
    return response


def _page(built: Path) -> Response:
    if not (built / PAGE).exists():
        return problem("not-found", NOT_BUILT)
    nonce = secrets.token_urlsafe(16)
    text = (built / PAGE).read_text(encoding="utf-8").replace(NONCE, nonce)
    response = Response(text, mimetype="text/html")
    response.headers["Cache-Control"] = NEVER
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    response.headers["Permissions-Policy"] = "camera=(self)"
    return response


def _missing(name: str) -> Response:
    return problem("not-found", f"There is no file {name[:100]}: load the page again.")
