import { asDid, isJsonObject, type Json, TtpError } from '@ttp/core';
import { CASCADE_EDGES_MAX, type DependencyEdge } from '@ttp/guard';
import { inFile, readJson } from './files.js';

/**
 * Who depends on whom, from a file: `{ "edges": [{ "parent": did, "child": did, "id": text }] }`.
 *
 * @throws CLI_USAGE for anything else, CLI_FILE_*
 */
export async function readDependents(path: string, field: string): Promise<readonly DependencyEdge[]> {
  const json = await readJson(path, { field });
  return inFile(path, field, () => edgesIn(json, field));
}

function edgesIn(json: Json, field: string): readonly DependencyEdge[] {
  const edges = isJsonObject(json) ? json['edges'] : undefined;
  if (!Array.isArray(edges) || edges.length > CASCADE_EDGES_MAX)
    throw new TtpError('CLI_USAGE', `"edges" is a list of at most ${CASCADE_EDGES_MAX}`, { field });
  return edges.map((edge: Json) => {
    const { parent, child, id = '' } = isJsonObject(edge) ? edge : {};
    if (typeof parent !== 'string' || typeof child !== 'string' || typeof id !== 'string')
      throw new TtpError('CLI_USAGE', 'an edge has a parent, a child and an id', { field });
    return { parent: asDid(parent), child: asDid(child), id };
  });
}
