// An MCP server of the official TypeScript SDK that misbehaves on command. `peer.mjs` speaks over stdio, `peer.mjs PORT` over HTTP; with
// `learned` behind that it has learned already, with `json` that it replies to each request in one piece. `PEER_LIST` says how it lists
// its tools, where that isn't as it should be, and `PEER_PLACE` what it calls the place where it finds stocks.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

let calls = 0;
let hanging = 0;
let lists = 0;
const named = (name) => ({ name, inputSchema: { type: "object" } });
const counting = named("count");
const ways = {
  // One page, and that there is more, for ever.
  endless: () => ({ tools: [counting], nextCursor: "more" }),
  // The same, with the cursor that says the least.
  empty_cursor: () => ({ tools: [counting], nextCursor: "" }),
  // Nothing the first time.
  late: () => ({ tools: ++lists === 1 ? [] : [counting] }),
  // Never again.
  once: () => (++lists === 1 ? { tools: ["count", "hang", "learn"].map(named) } : new Promise(() => {})),
};
const text = (words) => ({ content: [{ type: "text", text: words }] });

function peer() {
  const server = new McpServer({ name: "node-peer", version: "1.0.0" });
  const tool = (name, description, inputSchema, call) =>
    server.registerTool(name, { description, inputSchema }, call);
  tool("multiply", "Multiplies two numbers.", { one: z.number(), other: z.number() }, ({ one, other }) =>
    text(`${one} × ${other} = ${one * other}`));
  tool("count", "Counts its calls since this process began.", {}, () => text(String(++calls)));
  tool("hang", "Never answers.", {}, () => {
    hanging++;
    return new Promise(() => {});
  });
  tool("hanging", "Counts those that never answer.", {}, () => text(String(hanging)));
  tool("crash", "Ends the process in the middle of the call.", {}, () => process.exit(3));
  tool("fail", "Fails.", {}, () => {
    throw new Error("the tool has failed");
  });
  tool("get_stock_code", "Finds stocks, as ours does.", { keyword: z.string() }, ({ keyword }) =>
    text(`${keyword} is sh999999 ${process.env.PEER_PLACE ?? "here"}`));
  const learn = () => tool("learned", "What was learned.", {}, () => text("learned"));
  if (process.argv[3] === "learned") learn();
  else
    tool("learn", "Offers one more tool from now on.", {}, () => {
      learn();
      return text("done");
    });
  const way = ways[process.env.PEER_LIST];
  if (way !== undefined) server.server.setRequestHandler(ListToolsRequestSchema, way);
  return server;
}

const port = process.argv[2];
if (port === undefined) {
  await peer().connect(new StdioServerTransport());
} else {
  const sessions = new Map();
  const http = createServer(async (request, response) => {
    if (request.headers["x-secret"] !== process.env.PEER_SECRET) {
      response.writeHead(401).end("no");
      return;
    }
    if (Number(request.headers["content-length"]) > 100 * 1024) {
      response.writeHead(413).end("too much");
      return;
    }
    const session = request.headers["mcp-session-id"];
    if (session !== undefined) {
      const known = sessions.get(session);
      if (known === undefined) response.writeHead(404).end("no such session");
      else await known.handleRequest(request, response);
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: process.argv[3] === "json",
      onsessioninitialized: (id) => sessions.set(id, transport),
    });
    await peer().connect(transport);
    await transport.handleRequest(request, response);
  });
  http.listen(Number(port), "127.0.0.1", () => console.log(http.address().port));
}
