"""Things of QueryGPT and AIDeer."""

import re

from things import Placing, Things, is_text

QUESTIONS = ["上月各城市的销售额", "how many customers are there", "你好", "badly: customers", "cut short", "model is busy", "wrong key"]


class AccountThings(Things):
    """What somebody with an account has."""

    hanging = {"connection": ("term", "relation"), "conversation": ("message",)}

    def make_conversation(self):
        """A conversation with an answer that has rows."""
        # With what answers everybody, whatever the calls before have chosen for the admin.
        self.api("put", "/api/v1/config", {"default_model_id": None, "default_connection_id": None})
        self.api("post", "/api/v1/prompts/reset", {})
        text = self.api("get", "/api/v1/chat/stream?query=customers&language=zh", raw=True)
        self.known["message"] = re.search(r'"message_id":"([^"]+)"', text)[1]
        return re.search(r'"conversation_id":"([^"]+)"', text)[1]

    def make_message(self):
        """The answer in it."""
        self.known.pop("conversation", None)
        self.get("conversation")
        return self.known["message"]

    def make_connection(self):
        """A SQLite file in the folder that may be asked; `run.py` has put it there."""
        body = {"name": self.unused("own"), "driver": "sqlite", "database": "own.db"}
        return self.api("post", "/api/v1/connections", body)["data"]["id"]

    def make_term(self):
        """A business word."""
        body = {"term": self.unused("word"), "kind": "metric", "expression": "COUNT(orders.id)"}
        return self.api("post", f"/api/v1/connections/{self.get('connection')}/terms", body)["data"]["id"]

    def make_relation(self):
        """A relation."""
        body = {"left_table": "orders", "left_column": "customer_id", "right_table": "customers", "right_column": "id"}
        path = f"/api/v1/connections/{self.get('connection')}/relations"
        drawn = self.api("get", path)["data"]["relations"]
        if drawn:
            return drawn[0]["id"]
        return self.api("post", path, body | {"cardinality": "many_to_one"})["data"]["id"]

    def make_model(self):
        """A model, which is the stand-in."""
        body = {"name": self.unused("own"), "provider": "openai_compatible", "model_id": "m", "base_url": self.api.stand_in + "/v1"}
        return self.api("post", "/api/v1/models", body)["data"]["id"]

    def make_preset(self):
        """A preset."""
        return self.api("post", "/api/v1/presets", {"title": self.unused("preset")})["id"]

    def make_chat(self):
        """A chat that a task can write to."""
        body = {"preset_id": None, "title": "chat", "messages": [{"role": "user", "content": "你好"}]}
        return self.api("post", "/api/v1/chats", body)["id"]

    def make_task(self):
        """A task."""
        # Of a chat of its own: there is one task at a time in each.
        return self.api("post", "/api/v1/tasks", {"chat_id": self.make_chat(), "type": "chat_generation"})["task_id"]

    def make_user(self):
        """Somebody to try things on, who is not the admin."""
        body = {"username": self.unused("somebody"), "password": "a-Password-of-tests-1"}
        user = self.api("post", "/api/v1/users", body)["id"]
        # Afterwards: where a call makes a new admin, all that is known is forgotten.
        self.known["username"] = body["username"]
        return user

    def make_code(self):
        """A code that pays."""
        return self.api("post", "/api/v1/codes", {"value": 5})["redeem_code"]


class AccountPlacing(Placing):
    """Puts them into the requests of both."""

    of_path = {
        ("conversations", "id"): "conversation",
        ("messages", "id"): "message",
        ("connections", "id"): "connection",
        ("models", "id"): "model",
        ("terms", "term_id"): "term",
        ("relations", "relation_id"): "relation",
        ("chats", "chat_id"): "chat",
        ("presets", "preset_id"): "preset",
        ("tasks", "task_id"): "task",
        ("users", "user_id"): "user",
        ("codes", "code"): "code",
    }
    of_field = {
        "conversation_id": "conversation",
        "connection_id": "connection",
        "default_connection_id": "connection",
        "default_model_id": "model",
        "preset_id": "preset",
        "chat_id": "chat",
    }

    def place_fields(self, fields, operation):
        """Those, and what fits them: questions, passwords, a database that is there."""
        super().place_fields(fields, operation)
        if operation in ("ask", "askWithBody") and is_text(fields.get("query"), 10_000):
            fields["query"] = QUESTIONS[self.turn % len(QUESTIONS)]
        if operation == "runSql" and is_text(fields.get("sql"), 20_000):
            fields["sql"] = ["SELECT name FROM customers LIMIT 2", "SELECT nothing", "DELETE FROM customers"][self.turn % 3]
        if operation == "redeemCode" and isinstance(fields.get("redeem_code"), str):
            fields["redeem_code"] = self.things.get("code")
            del self.things.known["code"]
        if operation == "register" and is_text(fields.get("password"), 128, 8):
            fields["password"] = "a-Password-of-tests-1"
        if operation == "createToken" and is_text(fields.get("username"), 254) and is_text(fields.get("password"), 1024):
            self.things.get("user")
            fields |= {"username": self.things.known["username"], "password": "a-Password-of-tests-1"}
        if operation == "login" and is_text(fields.get("email"), 254) and is_text(fields.get("password"), 1024):
            self.things.get("user")
            fields |= {"email": self.things.known["username"], "password": "a-Password-of-tests-1"}
        if operation == "changePassword" and is_text(fields.get("old_password"), 1024):
            fields["old_password"] = "a-Password-of-tests-1"
            # The same again: the admin has to sign in later.
            if is_text(fields.get("new_password"), 128, 6):
                fields["new_password"] = "a-Password-of-tests-1"
        if operation == "createWeChatToken" and is_text(fields.get("code"), 1024):
            fields["code"] = f"good{self.turn}"
        adds_connection = ("addConnection", "changeConnection", "addSharedConnection", "changeSharedConnection")
        if operation in adds_connection and fields.get("driver") == "sqlite":
            if is_text(fields.get("database"), 1024):
                fields["database"] = "own.db"
                for name, longest in (("host", 255), ("username", 255), ("password", 1024)):
                    if is_text(fields.get(name), longest, 0):
                        fields[name] = None
                for name in ("port", "tls"):
                    fields.pop(name, None)
        if operation in ("addTerm", "changeTerm") and is_text(fields.get("expression"), 4000):
            fields["expression"] = "COUNT(orders.id)"
        if operation in ("addRelation", "changeRelation"):
            real = {"left_table": "orders", "left_column": "id", "right_table": "customers", "right_column": "id"}
            for name, value in real.items():
                if is_text(fields.get(name), 255):
                    fields[name] = value

    def is_drawn(self, kind, value):
        """Users have numbers, and codes are letters and digits."""
        if kind == "user":
            return not isinstance(value, bool) and str(value).isascii() and str(value).isdigit()
        if kind == "code":
            return isinstance(value, str) and value.isalnum()
        return super().is_drawn(kind, value)
