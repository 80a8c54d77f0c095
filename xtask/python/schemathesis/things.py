"""Things that requests can name: made when they are needed, made again when a call has taken them away.

Drawn ids exist for nobody, so that most requests would end at 404 before anything is tried. A request of the checks names a real thing
where it has a well-formed id, three times out of four; what is malformed stays as it was drawn.
"""

import re

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


class Things:
    """One of each kind; a contract's own say with `make_` and the kind's name how one is made."""

    # What goes with a thing of a kind.
    hanging = {}

    def __init__(self, api):
        self.api = api
        self.known = {}
        self.count = 0

    def get(self, kind):
        """The id of one, which is made now if there is none."""
        if kind not in self.known:
            self.known[kind] = getattr(self, f"make_{kind}")()
        return self.known[kind]

    def forget(self, address):
        """What an address names may be gone, and what hangs on it."""
        for kind in [kind for kind, value in self.known.items() if str(value) in address]:
            self.known.pop(kind, None)
            for other in self.hanging.get(kind, ()):
                self.known.pop(other, None)

    def clear(self):
        """Nothing is left."""
        self.known.clear()

    def unused(self, word):
        """A name that nothing has yet."""
        self.count += 1
        return f"{word}-{self.count}"


class Placing:
    """Puts real things into the requests that are drawn."""

    # What a parameter of a path is, by what stands before it and by its own name.
    of_path = {}
    # What a field of a query or a body is.
    of_field = {}

    def __init__(self, things):
        self.things = things
        self.turn = 0

    def place(self, case, operation):
        """Changes a request in place."""
        self.turn += 1
        # Some stay as they are drawn, so that "there is no such thing" is answered too.
        if self.turn % 4 == 0:
            return
        path = case.path_parameters
        parts = case.path.split("/")
        for name, value in list(path.items()):
            before = parts[parts.index("{" + name + "}") - 1]
            kind = self.of_path.get((before, name))
            # Of chats and presets alike: `/like/{kind}/{id}`.
            if name == "id" and path.get("kind") in ("chat", "preset"):
                kind = path["kind"]
            if kind is not None and self.is_drawn(kind, value):
                path[name] = self.things.get(kind)
        for fields in (case.query, case.body):
            if isinstance(fields, dict):
                self.place_fields(fields, operation)

    def place_fields(self, fields, operation):
        """The same in a query string or a body."""
        for name, kind in self.of_field.items():
            if self.is_drawn(kind, fields.get(name)):
                fields[name] = self.things.get(kind)

    def is_drawn(self, kind, value):
        """Whether this is an id as it could be, so that a real one is no less of a check."""
        return isinstance(value, str) and UUID.match(value) is not None


def is_text(value, longest, shortest=1):
    """Whether this is a text within these limits."""
    return isinstance(value, str) and shortest <= len(value) <= longest and "\0" not in value
