/** How the parts of the inspector are laid out. Where there is room, details are beside the list; on a phone above it. */
import { css } from "lit"

export const inspectorStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
    background: var(--fc-bg);
    container-type: inline-size;
    font-size: 14px;
    line-height: 1.375;
  }
  header {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 12px;
    font-size: 13px;
  }
  header .facts {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .button {
    border: 1px solid var(--fc-border);
    border-radius: 6px;
    padding: 3px 10px;
    min-height: 28px;
    color: var(--fc-strong);
    overflow-wrap: anywhere;
  }
  .button[aria-pressed="true"] {
    background: var(--fc-accent);
    color: #ffffff;
  }
  .tabs {
    display: flex;
    flex: none;
    overflow-x: auto;
    border-bottom: 1px solid var(--fc-line);
  }
  .tabs button {
    flex: none;
    padding: 8px 12px;
    color: var(--fc-soft);
    border-bottom: 3px solid transparent;
    white-space: nowrap;
  }
  .tabs button[aria-selected="true"] {
    color: var(--fc-strong);
    border-bottom-color: var(--fc-accent);
    font-weight: 600;
  }
  .count {
    font-size: 12px;
    font-weight: 400;
  }
  .panel {
    flex: 1;
    min-height: 0;
    display: flex;
    flex-direction: column;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 8px 12px;
    border-bottom: 1px solid var(--fc-line);
  }
  .filters input {
    flex: 1;
    min-width: 120px;
    min-height: 30px;
    padding: 3px 10px;
    border: 1px solid var(--fc-border);
    border-radius: 6px;
    background: var(--fc-raise);
    color: var(--fc-strong);
  }
  .filters input::placeholder {
    color: var(--fc-soft);
    opacity: 1;
  }
  .split {
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template-rows: minmax(0, 1fr);
  }
  .details {
    overflow-y: auto;
    padding: 12px;
    border-top: 1px solid var(--fc-line);
    min-width: 0;
  }
  .details .button {
    margin-bottom: 10px;
  }
  .close {
    float: inline-end;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .split.has-details {
    grid-template-rows: minmax(96px, 2fr) minmax(0, 3fr);
  }
  @container (min-width: 760px) {
    .split.has-details {
      grid-template-rows: minmax(0, 1fr);
      grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
    }
    .details {
      border-top: 0;
      border-inline-start: 1px solid var(--fc-line);
    }
  }
`
