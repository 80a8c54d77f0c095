"""An MCP server of the official Python SDK that misbehaves on command. `peer.py` speaks over stdio, `peer.py PORT` over HTTP."""

import asyncio
import os
import sys
import time

from mcp.server.mcpserver import MCPServer

server = MCPServer("python-peer")
calls = 0
turn = asyncio.Lock()

@server.tool()
def add(one: int, other: int) -> str:
    """Adds two numbers."""
    return f"{one} + {other} = {one + other}"


@server.tool()
async def count() -> str:
    """Counts its calls since this process began."""
    global calls
    calls += 1
    return str(calls)


@server.tool()
def environment(name: str) -> str:
    """What an environment variable holds."""
    return os.environ.get(name, "nothing")


@server.tool()
def process() -> str:
    """Its process id."""
    return str(os.getpid())


@server.tool()
async def hang() -> str:
    """Never answers, but lets others be answered."""
    await asyncio.Event().wait()
    return "never"


@server.tool()
def freeze() -> str:
    """Never answers, and lets nobody be answered."""
    os.kill(os.getpid(), 19)
    return "never"


@server.tool()
async def block(seconds: float) -> str:
    """Answers after that long, one call after the other, and lets nobody be answered meanwhile."""
    async with turn:
        # What the one before has said goes out.
        await asyncio.sleep(0.5)
        time.sleep(seconds)
    return "done"


@server.tool()
def crash() -> str:
    """Ends the process in the middle of the call."""
    os._exit(3)


@server.tool()
def fail() -> str:
    """Fails."""
    raise ValueError("the tool has failed")


@server.tool()
def garbage() -> str:
    """Says what is no message before it answers."""
    for noise in ("no JSON at all", "{", '{"jsonrpc": "2.0", "id": 77, "result": {}}', "[1]", "\x00\x01"):
        print(noise, flush=True)
    return "after all that"


if len(sys.argv) > 1:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
else:
    server.run("stdio")
