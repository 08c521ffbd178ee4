"""Gets Instacart Connect tokens from connect-token-vending, and calls Connect with them.

Copy this file. It needs Python 3.9 or newer and botocore 1.29 or newer, which comes with boto3. One object serves
all threads of a process:

    tokens = ConnectTokens(client_id="acme", scope="connect:fulfillment")  # TOKEN_URL has the service's URL
    response = tokens.call("POST", "https://connect.instacart.com/v2/...", {"Content-Type": "application/json"}, body)
    print(response.status_code, response.content)

The token itself is `tokens.token().access_token`. With the HTTP library that you have already:

    response = tokens.call_with(lambda headers: requests.get(url, headers=headers, timeout=30))

Keep a token in the process for `expires_in` less 60 seconds, then ask again.
"""

import hashlib
import itertools
import json
import os
import random
import re
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping, Optional, Union

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.exceptions import ConnectionError as NotConnected
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from botocore.utils import get_environ_proxies


@dataclass(frozen=True)
class Token:
    """Prints without the token itself."""

    access_token: str = field(repr=False)
    scope: Optional[str] = field(compare=False)
    expires_at: float = field(compare=False)  # in epoch seconds


class ConnectTokenError(Exception):
    """No token was vended. `status` is None if no answer came. Branch on `error`, which is stable."""

    def __init__(self, status: Optional[int], answer: Mapping[str, Any], retry_after_seconds: Optional[int] = None):
        self.status = status
        self.error = answer.get("error") or "unexpected_answer"
        self.error_description = answer.get("error_description") or "The answer is not the service's."
        self.request_id = answer.get("request_id")
        self.retry_after_seconds = retry_after_seconds
        details = {"status": status, "request": self.request_id, "retry after seconds": retry_after_seconds}
        known = ", ".join(f"{name} {value}" for name, value in details.items() if value is not None)
        super().__init__(f"{self.error}: {self.error_description}" + (f" ({known})" if known else ""))


class Signer:
    """Signs requests to the service with the credentials that botocore finds, as boto3 does."""

    def __init__(self, url: str, region: Optional[str] = None, session: Optional[Session] = None):
        # API Gateway's own name has the region in it, a domain of your own does not.
        match = re.search(r"\.execute-api\.([a-z0-9-]+)\.", url)
        self._region = region or (match[1] if match else os.environ.get("AWS_REGION"))
        if not self._region:
            raise ValueError("Set AWS_REGION to the API's region, or pass region: the token URL does not name it")
        self._session = session or Session()
        self._lock = threading.Lock()

    def sign(self, method: str, url: str, headers: Mapping[str, str], data: Union[str, bytes]) -> AWSRequest:
        with self._lock:  # botocore's sessions are not thread-safe.
            credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError()
        request = AWSRequest(method=method, url=url, headers=headers, data=data)
        # Key and session token of one moment: a role's credentials are refreshed while the program runs.
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", self._region).add_auth(request)
        return request


class ConnectTokens:
    """Asks for tokens of one kind and keeps the current one. Threads that need a token at once share one request."""

    def __init__(
        self,
        url: Optional[str] = None,
        region: Optional[str] = None,
        *,
        client_id: Optional[str] = None,
        grant_type: str = "client_credentials",
        scope: Optional[str] = None,
        user_id: Optional[str] = None,
        min_ttl: Optional[int] = None,
        retailer_id: Optional[str] = None,
        session: Optional[Session] = None,
    ):
        self._url = url or os.environ.get("TOKEN_URL", "")
        if not self._url:
            raise ValueError("Set TOKEN_URL to the URL of the token vending service, or pass url")
        self._signer = Signer(self._url, region, session)
        self._service = URLLib3Session(timeout=30, proxies=get_environ_proxies(self._url))
        self._connect = URLLib3Session(timeout=30, proxies=get_environ_proxies("https://connect.instacart.com"))
        self._headers = {"Content-Type": "application/json"}
        if retailer_id:
            self._headers["X-Retailer-Id"] = retailer_id
        self._client = {"client_id": client_id}
        self._fields = {"grant_type": grant_type, "scope": scope, "user_id": user_id, "min_ttl": min_ttl}
        # A token with less life than min_ttl would not last for the job that asked for it.
        self._margin_seconds = max(60, min_ttl or 0)
        self._lock = threading.Lock()
        self._kept: Optional[Token] = None
        self._flights: Dict[Optional[Token], "Future[Token]"] = {}

    def token(self, refused: Optional[Token] = None) -> Token:
        """The token that is kept, unless Connect refused it, or a new one."""
        with self._lock:
            kept = self._kept
            # The wall clock: a monotonic one may stand still while a Lambda instance is frozen.
            if kept and kept != refused and time.time() < kept.expires_at - self._margin_seconds:
                return kept
            running = self._flights.get(refused)
            flight = running or self._flights.setdefault(refused, Future())
        if running:
            return flight.result()
        try:
            self._kept = self._ask(refused)
            flight.set_result(self._kept)
        except BaseException as failure:
            flight.set_exception(failure)
        finally:
            with self._lock:
                del self._flights[refused]
        return flight.result()

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: Optional[str] = None) -> Token:
        """Exchanges a one-time code with exactly one request. If that fails, start the linking again."""
        fields = {"code": code, "redirect_uri": redirect_uri, "code_verifier": code_verifier}
        return self._post({"grant_type": "authorization_code", **fields})

    def call(
        self, method: str, url: str, headers: Optional[Mapping[str, str]] = None, data: Union[str, bytes, None] = None
    ) -> AWSResponse:
        """Calls Connect with a token. If Connect refuses the token, calls once more with another one."""

        def send(authorization: Dict[str, str]) -> AWSResponse:
            request = AWSRequest(method=method, url=url, headers={**(headers or {}), **authorization}, data=data)
            return self._connect.send(request.prepare())

        return self.call_with(send)

    def call_with(self, send: Callable[[Dict[str, str]], Any]) -> Any:
        """As call, with a function that sends your request with the header it is given. It may be called twice."""
        token = self.token()
        response = send({"Authorization": f"Bearer {token.access_token}"})
        if response.status_code == 401:
            token = self.token(refused=token)
            response = send({"Authorization": f"Bearer {token.access_token}"})
        return response

    def _ask(self, refused: Optional[Token]) -> Token:
        sha256 = hashlib.sha256(refused.access_token.encode()).hexdigest() if refused else None
        for attempt in itertools.count(1):
            try:
                return self._post({**self._fields, "refused_token_sha256": sha256})
            except ConnectTokenError as failure:
                wait = failure.retry_after_seconds
                if wait is None:
                    wait = attempt * random.uniform(0.75, 1.25)
                if attempt == 3 or failure.status not in (None, 429, 503, 504) or wait > 30:
                    raise
            time.sleep(wait)

    def _post(self, fields: Mapping[str, Any]) -> Token:
        present = {name: value for name, value in {**self._client, **fields}.items() if value is not None}
        request = self._signer.sign("POST", self._url, self._headers, json.dumps(present))
        # A token's life runs from before this: the answer takes a while to come.
        asked_at = time.time()
        try:
            response = self._send(request.prepare())
        except (NotConnected, HTTPClientError) as failure:
            raise ConnectTokenError(None, {"error": "no_answer", "error_description": str(failure)}) from failure
        except TookTooLong as failure:
            description = "There was no whole answer within 30 seconds."
            raise ConnectTokenError(None, {"error": "no_answer", "error_description": description}) from failure
        try:
            answer = json.loads(response.content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        if response.status_code == 200 and is_token(answer):
            return Token(answer["access_token"], answer.get("scope"), asked_at + answer["expires_in"])
        retry_after = response.headers.get("Retry-After", "")
        seconds = int(retry_after) if re.fullmatch("[0-9]{1,9}", retry_after) else None
        raise ConnectTokenError(response.status_code, answer, seconds)

    def _send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Within 30 seconds in all. The session's own timeout begins anew whenever a part of the answer comes."""
        flight: "Future[AWSResponse]" = Future()

        def send() -> None:
            try:
                flight.set_result(self._service.send(request))
            except BaseException as failure:
                flight.set_exception(failure)

        threading.Thread(target=send, daemon=True).start()
        return flight.result(timeout=30)


def is_token(answer: Mapping[str, Any]) -> bool:
    """Any other text would end up in the error of the request that cannot send it."""
    token, life = answer.get("access_token"), answer.get("expires_in")
    is_text = isinstance(token, str) and re.fullmatch("[\x21-\x7e]+", token) is not None
    return is_text and isinstance(life, (int, float)) and 0 <= life <= 1e9


if __name__ == "__main__":
    # TOKEN_URL=... python3 connect_token.py connect:fulfillment
    import sys

    got = ConnectTokens(scope=sys.argv[1] if len(sys.argv) > 1 else None).token()
    print(f"a token for {got.scope}, good for {got.expires_at - time.time():.0f} s")
