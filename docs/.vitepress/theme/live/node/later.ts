/**
 * Runs tasks in their order, each in a turn of its own, as what arrives on sockets does. Timers would not do: browsers
 * delay those of a page that is not in front.
 */
const tasks: Array<() => void> = []
const { port1, port2 } = new MessageChannel()
port1.addEventListener("message", () => tasks.shift()?.())
port1.start()

export const later = (task: () => void): void => {
  tasks.push(task)
  port2.postMessage(undefined)
}
