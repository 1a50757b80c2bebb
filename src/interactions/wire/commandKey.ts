/** The key under which the router finds a command. Discord keeps names apart by the type of the command. */
export const commandKey = (type: number, name: string): string => `${type}:${name}`
