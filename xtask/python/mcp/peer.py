"""An MCP server of the official Python SDK that misbehaves on command. `peer.py` speaks over stdio, `peer.py PORT` over HTTP."""

import asyncio
import json
import os
import sys
import time

from mcp.server.mcpserver import Context, MCPServer

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


@server.tool()
async def malformed(context: Context, result: str) -> str:
    """Answers its call with this, which no result of a call looks like."""
    identity = json.dumps(context.request_context.request_id)
    print(f'{{"jsonrpc": "2.0", "id": {identity}, "result": {result}}}', flush=True)
    await asyncio.Event().wait()
    return "never"


@server.tool()
def huge() -> str:
    """Says more in one line than anybody takes."""
    return "x" * (20 * 1024 * 1024)


@server.tool()
async def flood(what: str) -> str:
    """Says this again and again, and hears nobody any more."""
    piece = what * (65536 // len(what) + 1)
    while True:
        sys.stdout.write(piece)


if len(sys.argv) > 1:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
else:
    server.run("stdio")
