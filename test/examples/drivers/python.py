"""Runs the kit for Python. ../driver.ts has the protocol."""

import hashlib
import json
import pathlib
import pprint
import sys
import threading
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "python"))

from connect_token import ConnectTokenError, ConnectTokens, Token  # noqa: E402


def sha256(token: Token) -> str:
    return hashlib.sha256(token.access_token.encode()).hexdigest()


def shown(value: object) -> str:
    return "\n".join([str(value), repr(value), f"{value}", "%s" % (value,), pprint.pformat([value])])


def distinct(kit: ConnectTokens, times: int) -> list:
    outcomes = []
    together = threading.Barrier(times)

    def ask() -> None:
        together.wait()
        try:
            outcomes.append(kit.token())
        except Exception as failure:
            outcomes.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = {str(outcome): outcome for outcome in outcomes if isinstance(outcome, Exception)}
    if failures and (len(failures) > 1 or any(isinstance(outcome, Token) for outcome in outcomes)):
        raise AssertionError("The callers did not all meet the same")
    for failure in failures.values():
        raise failure
    return sorted({sha256(token) for token in outcomes})


def carry_out(command: dict, kit: ConnectTokens) -> dict:
    if command["do"] == "token":
        return {"sha256": distinct(kit, command.get("times", 1))}
    if command["do"] == "call":
        return {"status": kit.call("GET", command["url"]).status_code}
    if command["do"] == "code":
        return {"sha256": [sha256(kit.exchange_code(command["code"], command["redirectUri"]))]}
    return {"shown": "\n".join(map(shown, [kit.token(), kit, vars(kit)]))}


def failed(failure: Exception) -> dict:
    forms = shown(failure) + shown(vars(failure)) + "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    if not isinstance(failure, ConnectTokenError):
        return {"failed": {"shown": forms}}
    return {
        "failed": {
            "status": failure.status,
            "error": failure.error,
            "description": failure.error_description,
            "requestId": failure.request_id,
            "retryAfterSeconds": failure.retry_after_seconds,
            "shown": forms,
        }
    }


kit = None
for line in sys.stdin:
    command = json.loads(line)
    try:
        if command["do"] == "new":
            kit = ConnectTokens(
                command["tokenUrl"], command.get("region"), retailer_id=command.get("retailerId"), **command["request"]
            )
            reply = {"ready": True}
        else:
            reply = carry_out(command, kit)
    except Exception as failure:
        reply = failed(failure)
    print(json.dumps(reply), flush=True)
