/** What a peer must not send on a websocket, by the code that it is told about it with. */

/**
 * The peer broke the protocol, or sent more than is taken. The names of the errors are those that `ws` has for them, so that
 * what is known about them can be found.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError"
  /** What the connection is closed with. Source: RFC 6455, section 7.4.1. */
  readonly closeCode: number

  constructor(message: string, closeCode: number) {
    super(message)
    this.closeCode = closeCode
  }
}

/** A frame that RFC 6455 forbids. */
export const invalidFrame = (what: string): ProtocolError => new ProtocolError(`Invalid WebSocket frame: ${what}`, 1002)

/** A message that is larger than is taken. */
export const tooLarge = (): ProtocolError => new ProtocolError("Max payload size exceeded", 1009)
