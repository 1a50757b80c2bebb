/** Makes a small picture: hills before an evening sky, as a PNG. */
import { crc32, deflateSync } from "node:zlib"

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "ascii"), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

const colourAt = (x: number, y: number): ReadonlyArray<number> => {
  const near = 0.72 + 0.1 * Math.sin(x * 9)
  const far = 0.56 + 0.08 * Math.sin(x * 6 + 2)
  if (y > near) return [38, 70, 83]
  if (y > far) return [42, 126, 116]
  return (x - 0.7) ** 2 * 3 + (y - 0.42) ** 2 < 0.02 ? [255, 244, 214] : [244 - 40 * y, 150 + 60 * y, 97 + 60 * y]
}

/** A PNG of this size in pixels. */
export const picture = (width: number, height: number): Buffer => {
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => colourAt(x / width, y / height)).flat()])
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0))
  ])
}
