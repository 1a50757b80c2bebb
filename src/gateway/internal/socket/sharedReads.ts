/**
 * Connections that are read into one buffer. Node makes one of 64 kB for each read of a socket, which costs more than what is
 * in it: most often one message.
 */
import type { RequestOptions } from "node:http"
import { connect as connectPlain, isIP, type Socket } from "node:net"
import { connect as connectSecure } from "node:tls"

/** Who takes what is read. */
export interface Taker {
  /** The bytes from `start` to `end` were read. They are overwritten after the call. */
  readonly onBytes: (bytes: Buffer, start: number, end: number) => void
}

// One for all sockets of the process: what was read is handled before anything else is read.
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

/** As long as nobody takes what a socket reads, it goes to those who listen to the socket. */
export interface Reads {
  taker: Taker | undefined
}

// After a first address that refuses (IPv6, most often), Deno 2.9 says how much TLS has read and does not put it into the buffer.
const works = !("Deno" in globalThis)

/** Connects for an HTTP request. */
export const connect = (isSecure: boolean, request: RequestOptions, reads: Reads): Socket => {
  const callback = (length: number, bytes: Uint8Array): boolean => {
    const { taker } = reads
    if (taker === undefined) socket.push(Buffer.from(bytes.subarray(0, length)))
    else taker.onBytes(buffer, 0, length)
    return true
  }
  const host = request.host ?? "localhost"
  // The path of a request is no path of a Unix socket.
  const onread = works ? { onread: { buffer, callback } } : undefined
  const options = { ...request, host, port: Number(request.port), path: undefined, ...onread }
  const socket: Socket = isSecure
    ? connectSecure({ ...options, servername: isIP(host) === 0 ? host : "" } as never)
    : connectPlain(options as never)
  return socket
}

/** The same for a socket that has a buffer for each read, as that of an agent. */
export const takeFrom = (socket: Socket, taker: Taker): void => {
  socket.on("data", (chunk: Buffer) => taker.onBytes(chunk, 0, chunk.length))
}
