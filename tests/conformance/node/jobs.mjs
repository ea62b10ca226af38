// The form of every program: a list of jobs as JSON on stdin, a list of answers on stdout.
import './offline.mjs';
import {text} from 'node:stream/consumers';

/** Runs each job's `op`; what it throws becomes {ok: false, errors}. */
export async function serve(operations) {
  console.log = console.error; // stdout is for the answers
  const answers = [];
  for(const {op, ...job} of JSON.parse(await text(process.stdin))) {
    try {
      answers.push(await operations[op](job));
    } catch(error) {
      answers.push({ok: false, errors: words(error)});
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

/** Every message of an error, those of the errors inside it first. */
export function words(error) {
  const inner = [...(error.errors ?? []), error.cause].filter(one => one instanceof Error);
  return [...inner.flatMap(words), `${error.name}: ${error.message}`];
}
