"""Things of chat-app and stock-bi, which name people by what they are called and everything else by numbers and short texts."""

import re

from things import Placing, Things, is_text

PASSWORD = "a-Password-of-tests-1"

SAYINGS = ["你好", "上月各城市的销售额", "贵州茅台最近30天的收盘价", "cut short", "model is busy", "wrong key"]

# Names of people, where a field takes one that is there.
NAMES = ("username", "user_name")


class PlainThings(Things):
    """What those have who need no account."""

    hanging = {
        "user": ("user_id", "conversation_id", "session_id", "message_id", "data_id"),
        "user_id": ("user", "conversation_id"),
        "session_id": ("message_id",),
    }

    def make_user(self):
        """The name of somebody to try things on, who is not the admin."""
        name = self.unused("somebody")
        self.api("post", "/v1/users/register", {"user_name": name, "password": PASSWORD})
        return name

    def make_user_id(self):
        """The number of the same."""
        return self.api("get", f"/api/v1/users/{self.get('user')}")["id"]

    def make_conversation_id(self):
        """A conversation of theirs."""
        return self.api("post", "/api/v1/conversations/", {"user_id": self.get("user_id"), "name": "talk"})["id"]

    def make_session_id(self):
        """A session of theirs with an answer in it."""
        text = self.api("post", "/v1/chat/", {"user_name": self.get("user"), "content": "你好"}, raw=True)
        self.known["message_id"] = int(re.search(r'"message_id":\s*(\d+)', text)[1])
        return re.search(r'"session_id":\s*"([^"]+)"', text)[1]

    def make_data_id(self):
        """A dataset of theirs."""
        columns = [{"name": "城市", "type": "text"}, {"name": "amount", "type": "integer"}]
        body = {"user_name": self.get("user"), "name": self.unused("data"), "columns": columns, "rows": [["上海", 1], [None, 2]]}
        return self.api("post", "/v1/data/create", body)["data"]["data_id"]

    def make_message_id(self):
        """The answer in it."""
        self.known.pop("session_id", None)
        self.get("session_id")
        return self.known["message_id"]


class PlainPlacing(Placing):
    """Puts them into the requests of both."""

    of_path = {
        ("users", "username"): "user",
        ("users", "user_id"): "user_id",
        ("conversations", "conversation_id"): "conversation_id",
    }
    of_field = {
        "user_id": "user_id",
        "conversation_id": "conversation_id",
        "session_id": "session_id",
        "message_id": "message_id",
        "data_id": "data_id",
        "user_name": "user",
    }
    # These make somebody, or begin something, under a name that nobody has.
    making = ("createUser", "register")

    def place_fields(self, fields, operation):
        """Those, and what fits them: what is said, passwords, stocks."""
        if operation in self.making:
            return
        super().place_fields(fields, operation)
        for name in ("message", "content"):
            if operation == "chat" and is_text(fields.get(name), 100_000) and fields[name].strip():
                fields[name] = SAYINGS[self.turn % len(SAYINGS)]
        if operation in ("login", "resetPassword"):
            # The same again: whoever it is has to sign in later.
            for name, longest, shortest in (("password", 1024, 1), ("new_password", 128, 6)):
                if is_text(fields.get(name), longest, shortest) and fields[name].strip():
                    fields[name] = PASSWORD
        if is_text(fields.get("stock_code"), 16):
            fields["stock_code"] = ["sh600519", "600519.SH", "hk00700", "AAPL"][self.turn % 4]

    def is_drawn(self, kind, value):
        """A name and a session's id are texts, a dataset has a UUID, everything else is a number."""
        if kind == "user":
            return is_text(value, 50) and bool(value.strip()) and "/" not in value
        if kind == "session_id":
            return is_text(value, 64) and bool(value.strip())
        if kind == "data_id":
            return super().is_drawn(kind, value)
        return not isinstance(value, bool) and str(value).isascii() and str(value).isdigit()
