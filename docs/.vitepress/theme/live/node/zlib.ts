/** There is no `node:zlib` in a page: shards connect without compression, as on a Node that works differently. */
const absent = (): never => {
  throw new Error("A page has no node:zlib")
}

export const constants = {}
export const createInflate = absent
export const createZstdDecompress = absent
export const zstdCompressSync = absent
export const deflateSync = absent
export const deflateRawSync = absent
