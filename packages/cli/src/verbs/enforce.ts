import { positiveInteger } from '../arguments.js';
import type { Verb, VerbOption } from '../verb.js';

/** How clients are served, where not over standard input and output. */
const SERVING: readonly VerbOption[] = [
  { flags: '--http <address>', says: 'listen for agents at [host:]port instead of standard input' },
  { flags: '--token <source>', says: 'what agents have to bring as bearer token, over HTTP' },
  {
    flags: '--allow-host <host>',
    says: 'a host that requests may name beside localhost, over HTTP; repeatable',
    repeatable: true,
  },
  {
    flags: '--allow-origin <origin>',
    says: 'an origin of web pages that may ask, over HTTP; repeatable',
    repeatable: true,
  },
];

export const selfTest: Verb = {
  name: 'self-test',
  summary: 'Ask a policy for calls that have to be denied, before it is armed.',
  description: `Built in: ways out of every folder that a rule permits something in, directly and through the arguments of the call
map; a tool that nobody listed; everything that is permitted, asked for by a stranger. Each is asked for as the least
and as the most trusted agent would. An approval is no denial. ttp mcp runs the same test before it arms.

The file of your own: { "version": 1, "calls": [{ "tool": "read_file", "input": { "path": "payroll/may.csv" } }] }
with "name", "server", "claims", "action" and "resource" where you like.`,
  options: [
    { flags: '--policy <file>', says: 'the policy', required: true },
    { flags: '--call-map <file>', says: 'the call map it will be used with' },
    { flags: '--forbidden <file>', says: 'calls of your own that have to be denied' },
    {
      flags: '--server <name>',
      says: 'the server of those calls, where they name none',
      default: 'mcp',
    },
  ],
  exits: { 1: 'a call that has to be denied is not' },
  examples: [
    {
      line: 'ttp self-test --policy policy.json --call-map calls.json --forbidden forbidden.json',
      says: 'the built-in calls, and those of a file',
    },
  ],
  load: () => import('../commands/self-test.js'),
};

export const mcp: Verb = {
  name: 'mcp',
  summary: 'Put an enforcement point in front of an MCP server: start it, and speak MCP in its place.',
  description: `Standard input and output speak MCP; everything else is said on standard error. The passphrase of the identity comes
from TTP_PASSPHRASE alone. The server gets HOME, LOGNAME, PATH, SHELL, TERM and USER, and what --pass-env names.

With --observe nothing is enforced but kill, pins, size limits and sensitive targets: what the policy would deny goes on,
and every line of the log and every answer says so. See ttp policy recommend.

With --http agents come over HTTP instead, each with a connection of its own to the server, until Ctrl-C. A server may
be a URL: https, or http on this machine. Secrets are named by env:NAME or file:path and never stand on the command line.`,
  arguments: [{ name: '<command...>', says: 'the server and its arguments, after --; or its URL' }],
  options: [
    { flags: '--policy <file>', says: 'what is permitted; --observe does without' },
    { flags: '--observe', says: 'record what would be denied, and let it go on' },
    { flags: '--call-map <file>', says: 'which action and resource each tool call is' },
    { flags: '--identity <file>', says: 'the agent, from ttp keygen', required: true },
    {
      flags: '--store <file>',
      says: 'the storage: audit log, kill record, pins, reviews',
      required: true,
    },
    { flags: '--operators <file>', says: 'who may approve, kill, reinstate and release tools' },
    {
      flags: '--server <name>',
      says: 'the name of the server in call map and policy',
      default: 'mcp',
    },
    {
      flags: '--forbidden <file>',
      says: 'calls that have to be denied, for the self-test before arming',
    },
    {
      flags: '--pass-env <name>',
      says: 'a variable that the server gets from this environment; repeatable',
      repeatable: true,
    },
    {
      flags: '--upstream-header <header=source>',
      says: 'a header for a server that is a URL, such as Authorization=env:NAME; repeatable',
      repeatable: true,
    },
    ...SERVING,
    {
      flags: '--owner <human>',
      says: 'who owns the agent and so never approves for it; repeatable',
      repeatable: true,
    },
    {
      flags: '--approval-wait <seconds>',
      says: 'how long a call waits for an approval',
      parse: positiveInteger,
    },
  ],
  examples: [
    {
      line: `ttp mcp --policy policy.json --call-map calls.json --identity agent.json --store ttp.db --server files -- npx @modelcontextprotocol/server-filesystem ./files`,
      says: 'the official filesystem server, guarded',
    },
    {
      line: `ttp mcp --policy policy.json --identity agent.json --store ttp.db --http 8080 --upstream-header Authorization=env:MCP_AUTH https://mcp.example/mcp`,
      says: 'a server that is reached over HTTPS, for agents that come over HTTP',
    },
    {
      line: `ttp mcp --observe --identity agent.json --store ttp.db --server files -- npx @modelcontextprotocol/server-filesystem ./files`,
      says: 'a session to make a policy of: ttp policy recommend',
    },
  ],
  isProtocol: true,
  load: () => import('../commands/mcp.js'),
};

export const mcpServer: Verb = {
  name: 'mcp-server',
  summary:
    'Offer TTP itself to an MCP client: tools that verify, check, explain and read, and permit nothing.',
  description: `For Claude Desktop, Cursor and whatever else starts MCP servers; the README of @ttp/gateway has their configuration.
The tools: verify_identity, verify_tool, check_action, explain_policy, read_audit, verify_bundle, request_approval,
kill_status. They may run beside ttp mcp on the same storage, with the same policy and call map.

Standard input and output speak MCP; everything else is said on standard error. The passphrase of the identity comes
from TTP_PASSPHRASE alone. With --http clients come over HTTP instead, until Ctrl-C.`,
  options: [
    { flags: '--policy <file>', says: 'what is permitted', required: true },
    { flags: '--call-map <file>', says: 'which action and resource each tool call is' },
    { flags: '--identity <file>', says: 'the agent, from ttp keygen', required: true },
    { flags: '--store <file>', says: 'the storage: audit log, kill record, pins, reviews', required: true },
    { flags: '--operators <file>', says: 'who may approve; without it nobody can be asked' },
    {
      flags: '--owner <human>',
      says: 'who owns the agent and so never approves for it; repeatable',
      repeatable: true,
    },
    ...SERVING,
  ],
  examples: [
    {
      line: 'ttp mcp-server --policy policy.json --call-map calls.json --identity agent.json --store ttp.db',
      says: 'what a client starts',
    },
    {
      line: 'ttp mcp-server --policy policy.json --identity agent.json --store ttp.db --http 8081 --token file:token',
      says: 'for clients that come over HTTP',
    },
  ],
  isProtocol: true,
  load: () => import('../commands/mcp-server.js'),
};
