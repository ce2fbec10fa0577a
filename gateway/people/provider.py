"""Who else says who somebody is? An OpenID provider, asked by the authorization code flow.

With state, nonce and PKCE (S256); the ID token's signature, issuer, audience, nonce and time are
checked with the keys that the provider publishes.
"""

import random
import time
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis import clock
from chassis.ask import Unavailable
from chassis.config import Settings
from gateway.people.sign_ons import Way

CALLBACK = "/login/sso/callback"
TIMEOUT_SECONDS = 5
TRIES = 3
KNOWN_SECONDS = 3600
LEEWAY_SECONDS = 60
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # never by a secret


class NotProved(Exception):  # noqa: N818 - an answer, not an error of the program
    """The provider did not prove who somebody is; the message says why, for the log."""


class Provider:
    """The OpenID provider of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: tuple[float, dict[str, Any]] = (0.0, {})

    def way_there(self, state: str, way: Way) -> str:
        """The address to which a browser goes to log in there."""
        url, _ = self._session().create_authorization_url(
            self._configuration()["authorization_endpoint"],
            state=state,
            nonce=way.nonce,
            code_verifier=way.verifier,
        )
        return str(url)

    def email_of(self, code: str, way: Way) -> str:
        """Tell the verified e-mail address of who came back; raises NotProved or Unavailable."""
        endpoint = self._configuration()["token_endpoint"]
        try:
            with self._session() as session:
                token = session.fetch_token(
                    endpoint, code=code, code_verifier=way.verifier, timeout=TIMEOUT_SECONDS
                )
        except requests.RequestException as error:
            raise Unavailable("single sign-on", type(error).__name__) from None
        except (OAuthError, ValueError) as error:
            raise NotProved(f"no token: {type(error).__name__}") from None
        claims = self._checked(str(token.get("id_token", "")), way.nonce)
        if claims.get("email_verified") not in {True, "true"} or not claims.get("email"):
            raise NotProved("the e-mail address is not verified")
        return str(claims["email"])

    def _checked(self, id_token: str, nonce: str) -> dict[str, Any]:
        mine = self._settings.oidc_client_id
        keys = _keys(self._fetch(self._configuration()["jwks_uri"]))
        wanted = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": mine},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, keys, algorithms=SIGNED_BY)
            wanted.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise NotProved(f"the ID token is not good: {type(error).__name__}") from None
        if isinstance(token.claims["aud"], list) and token.claims.get("azp", mine) != mine:
            raise NotProved("the ID token is for somebody else")
        return token.claims

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret,
            scope="openid email profile",
            redirect_uri=self._settings.public_url.rstrip("/") + CALLBACK,
            code_challenge_method="S256",
        )

    def _configuration(self) -> dict[str, Any]:
        read_at, known = self._known
        if not known or time.monotonic() - read_at > KNOWN_SECONDS:
            issuer = self._settings.oidc_issuer
            known = self._fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
            if known.get("issuer") != issuer:
                raise Unavailable("single sign-on", "it calls itself otherwise than OIDC_ISSUER")
            self._known = time.monotonic(), known
        return known

    def _fetch(self, url: str) -> dict[str, Any]:
        """Read a document, and again if that fails: to read twice is harmless."""
        for left in range(TRIES - 1, -1, -1):
            try:
                answer = requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
            except (requests.RequestException, ValueError) as error:
                if not left:
                    raise Unavailable("single sign-on", type(error).__name__) from None
                time.sleep(random.uniform(0.1, 0.3) * (TRIES - left))  # noqa: S311 - no lock-step
            else:
                return found
        raise AssertionError("the loop returns or raises")


def _keys(published: Any) -> KeySet:
    try:
        return KeySet.import_key_set(published)
    except (JoseError, ValueError, KeyError) as error:
        raise NotProved(f"its keys cannot be read: {type(error).__name__}") from None
