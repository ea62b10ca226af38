// Verify with @digitalcredentials/verifier-core, as a learner's wallet does, all answers from memory.
import {answer} from './offline.mjs';
import {readFileSync} from 'node:fs';
import {serve} from './jobs.mjs';

const RealDate = Date;
let moment; // verifier-core takes no time as an argument

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [moment] : given));
  }
  static now() {
    return new RealDate(moment).getTime();
  }
};

const SCHEMAS = new URL('../../../src/stackmark/verification/data/', import.meta.url);
const schemas = Object.fromEntries(read('index.json').map(line => [line.url, read(line.file)]));
moment = '2026-01-01T00:00:00Z';
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

function read(name) {
  return JSON.parse(readFileSync(new URL(name, SCHEMAS)));
}

await serve({
  async verify({credential, now, documents = {}}) {
    moment = now;
    answer({...schemas, ...documents});
    const result = await verifyCredential({credential, knownDIDRegistries: []});
    const steps = Object.fromEntries((result.log ?? []).map(({id, valid, error}) =>
      [id, error ? error.name : valid]));
    const schema = result.additionalInformation?.find(({id}) => id === 'schema_check')?.results;
    return {
      ok: steps.valid_signature === true && steps.expiration !== false &&
        (steps.revocation_status ?? true) === true,
      steps,
      errors: (result.errors ?? []).map(({name, message}) => `${name}: ${message}`),
      schema: Array.isArray(schema) ? schema.map(({result}) => result.valid) : schema
    };
  }
});
