/** Styles of a message. */
import { css } from "lit"
import { shared } from "../base/shared.ts"
import { componentStyles } from "./components.ts"
import { embedStyles } from "./embeds.ts"
import { extraStyles } from "./extras.ts"
import { highlightStyles } from "./highlight.ts"
import { markdownStyles } from "./markdownView.ts"
import { mediaStyles } from "./media.ts"
import { autoModerationStyles } from "./autoModeration.ts"
import { pollResultStyles } from "./pollResult.ts"
import { pollStyles } from "./poll.ts"
import { reactionStyles } from "./reactions.ts"
import { unknownStyles } from "./unknown.ts"

const own = css`
  :host {
    display: block;
    padding: 2px 44px 2px 14px;
    position: relative;
  }
  :host(:not([grouped])) {
    margin-top: 14px;
  }
  :host(:hover),
  :host(:focus-within) {
    background: var(--bg-hover);
  }
  :host([ephemeral]) {
    background: var(--mention-bg);
    background: color-mix(in srgb, var(--accent) 10%, transparent);
  }
  :host([mentioned]) {
    background: var(--highlight);
    box-shadow: inset 3px 0 var(--warning-text);
  }
  .main {
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr);
    gap: 0 14px;
  }
  .gutter {
    text-align: center;
  }
  .gutter .small {
    font-size: 11px;
    line-height: 22px;
    white-space: nowrap;
    visibility: hidden;
  }
  :host(:hover) .gutter .small,
  :host(:focus-within) .gutter .small {
    visibility: visible;
  }
  .header {
    display: flex;
    align-items: baseline;
    flex-wrap: wrap;
    gap: 0 6px;
  }
  .header time {
    font-size: 12px;
  }
  .author {
    font-weight: 600;
    color: var(--text-strong);
    text-decoration: underline transparent;
    border-bottom: 2px solid var(--name, transparent);
    line-height: 1.2;
  }
  .author:hover {
    text-decoration-color: currentColor;
  }
  .tag {
    background: var(--accent);
    color: var(--on-accent);
    border-radius: 4px;
    padding: 1px 5px;
    font-size: 11px;
    font-weight: 600;
    align-self: center;
  }
  .edited {
    font-size: 11px;
  }
  .inspect {
    font-size: 13px;
    color: var(--text-soft);
    padding: 0 4px;
    border-radius: 4px;
  }
  .more {
    position: absolute;
    top: 0;
    inset-inline-end: 8px;
    width: 30px;
    height: 28px;
    text-align: center;
    border-radius: 6px;
    background: var(--bg-raise);
    border: 1px solid var(--line);
    opacity: 0;
  }
  :host(:hover) .more,
  :host(:focus-within) .more,
  .more:focus-visible {
    opacity: 1;
  }
  @media (hover: none) {
    .more {
      opacity: 1;
    }
  }
  .failure {
    color: var(--danger-text);
    font-size: 14px;
    margin-top: 4px;
  }
  .system {
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr);
    gap: 14px;
    color: var(--text-soft);
  }
  .system strong {
    color: var(--text);
    font-weight: 600;
  }
  .inline {
    color: var(--text-strong);
    font-weight: 600;
  }
  .inline:hover {
    text-decoration: underline;
  }
  .system .arrow {
    text-align: center;
    color: var(--success-text);
  }
  .system time {
    font-size: 12px;
  }
  @media (max-width: 600px) {
    :host {
      padding-inline: 10px 12px;
    }
    .main {
      gap: 0 10px;
    }
  }
`

export const messageStyles = [
  shared,
  markdownStyles,
  highlightStyles,
  mediaStyles,
  embedStyles,
  pollStyles,
  pollResultStyles,
  autoModerationStyles,
  reactionStyles,
  unknownStyles,
  componentStyles,
  extraStyles,
  own
]
