/** What `src/gateway/internal/shardConnection.ts` uses of `@discordjs/ws`: the name that it gives, and one `send`. */
export const DefaultDeviceProperty = "@discordjs/ws 2.0.4"

export class WebSocketShard {
  readonly connection: { readonly send: (text: string) => void } | null = null

  async send(payload: unknown): Promise<void> {
    this.connection?.send(JSON.stringify(payload))
  }
}
