/**
 * Connections that are read into one buffer. Node makes one of 64 kB for each read of a socket, which costs more than what is
 * in it: most often one message.
 */
import { connect as connectPlain, isIP, type Socket } from "node:net"
import { connect as connectSecure } from "node:tls"

/** Who takes what is read. */
export interface Taker {
  /** The bytes from `start` to `end` were read. They are overwritten after the call. */
  readonly onBytes: (bytes: Buffer, start: number, end: number) => void
}

// One for all sockets of the process: what was read is handled before anything else is read.
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

/** Whose the reads of a socket are. */
export interface Reads {
  taker: Taker
}

// After a first address that refuses (IPv6, most often), Deno 2.9 says how much TLS has read and does not put it into the buffer.
const works = !("Deno" in globalThis)

/** Where to connect to. */
export interface Place {
  readonly isSecure: boolean
  /** A name or an address. */
  readonly host: string
  readonly port: number
}

/** Connects. */
export const connect = ({ host, isSecure, port }: Place, reads: Reads): Socket => {
  const callback = (length: number): boolean => {
    reads.taker.onBytes(buffer, 0, length)
    return true
  }
  const options = { host, port, ...(works ? { onread: { buffer, callback } } : undefined) }
  const socket: Socket = isSecure
    ? connectSecure({ ...options, servername: isIP(host) === 0 ? host : "" } as never)
    : connectPlain(options)
  if (!works) takeFrom(socket, reads)
  return socket
}

/** The same for a socket that has a buffer for each read, as that of an agent. */
export const takeFrom = (socket: Socket, reads: Reads): void => {
  socket.on("data", (chunk: Buffer) => reads.taker.onBytes(chunk, 0, chunk.length))
}
