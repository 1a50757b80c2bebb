/**
 * Discord's objects under the names of `discord-api-types`, so that they can be named without a dependency on it. Types
 * only: enums are here for their types, and have no values.
 *
 * All types of that package which appear in this library's signatures can be written as `fibercord/DiscordApi` in the
 * declarations of a user's module. That needs no import of it.
 */
export type * from "discord-api-types/v10"
