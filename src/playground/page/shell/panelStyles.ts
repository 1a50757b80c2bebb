/** Styles of the panels beside the chat. */
import { css } from "lit"

export const panelStyles = css`
  :host {
    display: block;
    padding: 14px;
    overflow-y: auto;
    height: 100%;
  }
  h2 {
    margin: 0 0 8px;
    font-size: 18px;
    color: var(--text-strong);
  }
  h3 {
    margin: 18px 0 6px;
    font-size: 15px;
    color: var(--text-strong);
  }
  p {
    margin: 4px 0 8px;
    font-size: 14px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  details {
    border: 1px solid var(--line);
    border-radius: 8px;
    padding: 8px 12px;
    margin-bottom: 8px;
    background: var(--bg-raise);
  }
  summary {
    cursor: pointer;
    font-weight: 500;
    color: var(--text-strong);
  }
  form {
    display: grid;
    gap: 8px;
    margin-top: 8px;
    font-size: 14px;
  }
  pre {
    margin: 0;
    padding: 10px;
    border-radius: 8px;
    background: var(--bg-code);
    border: 1px solid var(--line);
    overflow: auto;
    font:
      13px/1.45 ui-monospace,
      Menlo,
      Consolas,
      monospace;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    display: flex;
    gap: 8px;
    align-items: center;
    justify-content: space-between;
    padding: 8px 0;
    border-bottom: 1px solid var(--line);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  .error {
    color: var(--danger-text);
    font-size: 14px;
  }
`
