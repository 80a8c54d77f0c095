"""Things of our own contract, which are made through it and through those of QueryGPT and AIDeer."""

from account_things import AccountPlacing, AccountThings


class OwnThings(AccountThings):
    """What admins share, and where they are signed in."""

    hanging = {}

    def make_session(self):
        """A session that is not the one that calls."""
        self.api.begin_session()
        return self.api("get", "/wenshu/v1/sessions")["sessions"][1]["id"]

    def make_model(self):
        """A shared model, which is the stand-in."""
        body = {"name": self.unused("ours"), "provider": "openai_compatible", "model_id": "m", "base_url": self.api.stand_in + "/v1"}
        return self.api("post", "/wenshu/v1/shared/models", body)["id"]

    def make_connection(self):
        """A shared SQLite file in the folder that may be asked; `run.py` has put it there."""
        body = {"name": self.unused("ours"), "driver": "sqlite", "database": "own.db"}
        return self.api("post", "/wenshu/v1/shared/connections", body)["id"]


class OwnPlacing(AccountPlacing):
    """Puts them into requests."""

    of_path = {
        ("sessions", "id"): "session",
        ("models", "id"): "model",
        ("connections", "id"): "connection",
    }
    of_field = {}
