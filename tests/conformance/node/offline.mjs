// No program here may reach the network. Import this first: some packages keep the fetch they find.
import net from 'node:net';

const answers = new Map();

/** What fetch answers from now on: URL to JSON document. */
export function answer(documents) {
  answers.clear();
  for(const [url, document] of Object.entries(documents)) {
    answers.set(url, JSON.stringify(document));
  }
}

globalThis.fetch = async resource => {
  const url = typeof resource === 'string' ? resource : resource.url ?? String(resource);
  const body = answers.get(url);
  const headers = {'content-type': 'application/json'};
  return body === undefined ?
    new Response('{}', {status: 404, headers}) : new Response(body, {status: 200, headers});
};

net.Socket.prototype.connect = () => {
  throw new Error('A test program tried to reach the network.');
};
