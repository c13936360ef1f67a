/**
 * Fetches a file with progress.
 * @param size bytes expected, for the progress; the answer may be longer or shorter
 */
export async function fetchBytes(
  url: string,
  size: number,
  progress: (fraction: number | null) => void,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal, cache: 'no-store' });
  if (!response.ok || !response.body)
    throw new Error(`the editor answered ${response.status} ${response.statusText}`.trim());
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    received += part.value.length;
    progress(size > 0 ? Math.min(received / size, 1) : null);
  }
  return new Blob(chunks).arrayBuffer();
}
