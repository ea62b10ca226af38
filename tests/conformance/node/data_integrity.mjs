// Issue, verify, derive and canonicalise with @digitalbazaar/vc.
import {serve, words} from './jobs.mjs';
import * as suites from './suites.mjs';
import {keyPair} from './loader.mjs';

await serve({
  async issue({credential, suite, key, date, now, mandatoryPointers}) {
    const made = suites.signing(suite, await keyPair(key), {date, mandatoryPointers});
    return {ok: true, credential: await suites.issue(credential, made, now)};
  },
  async derive({credential, selectivePointers}) {
    return {ok: true, credential: await suites.derive(credential, selectivePointers)};
  },
  async present({presentation, suite, key, date, ...asked}) {
    const made = suites.signing(suite, await keyPair(key), {date});
    return {ok: true, presentation: await suites.present(presentation, made, asked)};
  },
  async verify({credential, now}) {
    const {verified, error} = await suites.verify(credential, now);
    return {ok: verified, errors: error ? words(error) : []};
  },
  async canonize({document, digest}) {
    return {ok: true, lines: await suites.canonize(document, digest)};
  }
});
