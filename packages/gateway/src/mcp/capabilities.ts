import type { ClientCapabilities } from '@modelcontextprotocol/client';
import type { ServerCapabilities } from '@modelcontextprotocol/server';

/**
 * What of a server's capabilities the gateway can offer on: those whose methods it knows. `tasks`, `experimental`
 * and `extensions` would bring results by ways that nobody polices.
 */
export function offeredToAgent(server: ServerCapabilities): ServerCapabilities {
  const { tools, resources, prompts, logging, completions } = server;
  return {
    ...(tools === undefined ? {} : { tools }),
    ...(resources === undefined ? {} : { resources }),
    ...(prompts === undefined ? {} : { prompts }),
    ...(logging === undefined ? {} : { logging }),
    ...(completions === undefined ? {} : { completions }),
  };
}

/** The same of the agent's, towards the server. */
export function offeredToServer(client: ClientCapabilities): ClientCapabilities {
  const { roots, sampling, elicitation } = client;
  return {
    ...(roots === undefined ? {} : { roots }),
    ...(sampling === undefined ? {} : { sampling }),
    ...(elicitation === undefined ? {} : { elicitation }),
  };
}
