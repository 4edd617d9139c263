/** Takes an answer that was asked for by an effect, unless the effect asked something else meanwhile; an error is none. */
export function latest<T>(answer: Promise<T[]>, take: (answer: T[]) => void): () => void {
  let asked = true;
  answer
    .catch(() => [])
    .then((found: T[]) => asked && take(found))
    .catch(() => undefined);
  return () => (asked = false);
}
