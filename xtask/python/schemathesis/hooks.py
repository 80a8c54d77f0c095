"""What schemathesis has to know beyond the documents: who calls, and which things a call must not break for those after it.

Nothing here takes a check or a request away.
"""

import os
import subprocess
from urllib.parse import unquote_plus

import requests
import schemathesis

from account_things import AccountPlacing, AccountThings
from own_things import OwnPlacing, OwnThings
from plain_things import PlainPlacing, PlainThings

CONTRACT = os.environ["CHECKED_CONTRACT"]
SERVER = os.environ["CHECKED_SERVER"]
PROGRAM = os.environ["CHECKED_PROGRAM"]
FOLDER = os.environ["CHECKED_FOLDER"]
STAND_IN = os.environ["CHECKED_STAND_IN"]

PASSWORD = "a-Password-of-tests-1"

# After these the caller may be signed out, no admin any more, or gone with everything else.
SAWS = {
    "logout", "dropAll", "deleteUser", "changeUser", "replacePassword", "changePassword", "resetPassword", "refresh", "refreshToken",
    "endSession",
}

# chat-app and stock-bi: people go by their names, and everything is done without an account, too.
IS_PLAIN = CONTRACT in ("chat-app", "stock-bi")


# What is made and named, by contract.
KINDS = {
    "chat-app": (PlainThings, PlainPlacing),
    "stock-bi": (PlainThings, PlainPlacing),
    "wenshu": (OwnThings, OwnPlacing),
}


class Admin:
    """An admin who is there: whoever of them is lost is replaced by the next one, made as operators make them."""

    def __init__(self):
        self.number = 0
        self.tokens = None

    def access_token(self):
        """A token that is valid now."""
        if self.tokens is None:
            self.replace()
        return self.tokens["access_token"]

    def fresh_refresh_token(self):
        """A token for one use."""
        self.access_token()
        return self.sign_in()["refresh_token"]

    def check(self):
        """Makes another one if this one can't act any more."""
        if self.tokens is None:
            return
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        if IS_PLAIN:
            named = {"user_name": self.name()}
            answer = requests.post(f"{SERVER}/v1/users/info", params=named, headers=headers, timeout=30)
            is_one = answer.status_code == 200 and answer.json()["data"]["user_role"] == "admin"
        else:
            answer = requests.get(f"{SERVER}/api/v1/users/me", headers=headers, timeout=30)
            is_one = answer.status_code == 200 and answer.json()["permission"] == 2
        if not is_one:
            self.tokens = None

    def replace(self):
        """The next one."""
        self.number += 1
        THINGS.clear()
        command = [PROGRAM, "admin", "create", "--username", self.name(), "--data-dir", FOLDER]
        subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, capture_output=True, cwd=FOLDER)
        self.tokens = self.sign_in()

    def sign_in(self):
        """A new session."""
        if IS_PLAIN:
            body = {"user_name": self.name(), "password": PASSWORD}
            answer = requests.post(f"{SERVER}/v1/users/login", json=body, timeout=30)
            answer.raise_for_status()
            return answer.json()["data"]
        form = {"username": self.name(), "password": PASSWORD}
        answer = requests.post(f"{SERVER}/api/v1/session/oauth2/token", data=form, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def name(self):
        """How the present one is called."""
        return f"admin_of_checks_{self.number}"


class Api:
    """The admin's own calls, which make what requests name."""

    stand_in = STAND_IN

    def __call__(self, method, path, body=None, raw=False):
        """What a call answers, which has to be a success."""
        headers = {"Authorization": f"Bearer {ADMIN.access_token()}"}
        answer = requests.request(method, SERVER + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.content.decode() if raw else answer.json()

    def begin_session(self):
        """Signs the admin in once more."""
        ADMIN.sign_in()


ADMIN = Admin()
OF_THINGS, OF_PLACING = KINDS.get(CONTRACT, (AccountThings, AccountPlacing))
THINGS = OF_THINGS(Api())
PLACING = OF_PLACING(THINGS)


@schemathesis.auth(refresh_interval=None)
class AdminAuth:
    """Shows the admin's token, or a fresh refresh token where the operation takes one."""

    def get(self, case, context):
        """The credential for an operation, by the schemes that it declares."""
        schemes = {name for one in case.operation.definition.raw.get("security", []) for name in one}
        if not schemes:
            return None
        return ADMIN.fresh_refresh_token() if "refreshToken" in schemes else ADMIN.access_token()

    def set(self, case, data, context):
        """Puts it into the header that all schemes share."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Says in words that schemathesis knows what the documents say in others: how a token is shown, and the parts of a stream."""
    for scheme in raw_schema["components"]["securitySchemes"].values():
        # Whatever a token was got with, it is shown like any other; of OAuth2 it would not be tried whether one is needed.
        if scheme["type"] == "oauth2":
            scheme.clear()
            scheme |= {"type": "http", "scheme": "bearer"}
    for item in raw_schema["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for kind, media in response.get("content", {}).items():
                    part = media.pop("x-itemSchema", None)
                    if kind == "text/event-stream":
                        # It is that of the whole stream, a text, where schemathesis takes it for that of an event.
                        del media["schema"]
                    if part is not None:
                        media["itemSchema"] = event_schema(part, raw_schema["components"]["schemas"])


def event_schema(part, schemas):
    """What an event is like whose data are this part: JSON, or, without a name of its own, the text where a part may be one."""
    known = schemas[part["$ref"].rsplit("/", 1)[1]].get("oneOf", [])
    if not any(one.get("type") == "string" for one in known):
        return {"type": "object", "required": ["data"], "properties": {"data": json_text(part)}}
    # `SessionEvent` is that of `session`.
    names = {one["$ref"].rsplit("/", 1)[1].removesuffix("Event").lower(): one for one in known if "$ref" in one}
    kinds = [{"event": {"const": name}, "data": json_text(one)} for name, one in names.items()]
    kinds.append({"event": {"const": "message"}, "data": {"type": "string"}})
    return {"oneOf": [{"type": "object", "required": ["data"], "properties": kind} for kind in kinds]}


def json_text(schema):
    """A text that is JSON like this."""
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts things that exist into a request, and keeps what the server connects to on this machine.

    Hosts that are drawn would be looked up and called.
    """
    operation = case.operation.definition.raw.get("operationId")
    # A chain of calls names what its own calls have made.
    if case.meta is not None and case.meta.phase.name.value != "stateful":
        PLACING.place(case, operation)
    body = case.body
    if not isinstance(body, dict):
        return
    if operation in ("addConnection", "changeConnection", "addSharedConnection", "changeSharedConnection"):
        if isinstance(body.get("host"), str) and 0 < len(body["host"]) <= 255:
            body["host"] = "127.0.0.1"
        # Nothing listens on port 1; a driver's usual port may be somebody's database.
        if body.get("port") is None or type(body["port"]) is int and 0 < body["port"] <= 65_535:
            body["port"] = 1
    if operation in ("addModel", "changeModel", "addSharedModel", "changeSharedModel"):
        url = body.get("base_url")
        # Without one it would be the provider's own address.
        if url is None or isinstance(url, str) and len(url) <= 1024 and url.lower().startswith("http"):
            body["base_url"] = f"{STAND_IN}/v1"


@schemathesis.hook
def after_call(context, case, response):
    """Replaces the admin where this call was the end of the present one."""
    operation = case.operation.definition.raw.get("operationId")
    if operation in SAWS or response.status_code == 401:
        ADMIN.check()
    if operation == "dropAll":
        THINGS.clear()
    # What a change left behind may be of no use for what comes.
    elif response.status_code == 404 or case.method.upper() in ("DELETE", "PUT") or operation.startswith(("delete", "change")):
        # stock-bi names things in the query string or the body.
        THINGS.forget(case.formatted_path + unquote_plus(response.request.url) + str(case.body))
