// The measure of all programs here: the best of several rounds, after one to warm up.
export async function best(operation, {count, rounds = 7}) {
  let found = Infinity;
  for(let round = 0; round <= rounds; ++round) {
    const start = process.hrtime.bigint();
    for(let i = 0; i < count; ++i) {
      await operation();
    }
    const spent = Number(process.hrtime.bigint() - start) / 1000 / count;
    found = round === 0 ? found : Math.min(found, spent);
  }
  return found; // microseconds
}
