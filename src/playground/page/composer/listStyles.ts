/** Styles of lists above the composer. */
import { css } from "lit"

export const listStyles = css`
  .list {
    max-height: 320px;
    overflow-y: auto;
    padding: 6px;
    border-bottom: 1px solid var(--line);
  }
  [role="option"] {
    display: flex;
    gap: 10px;
    justify-content: space-between;
    padding: 7px 10px;
    border-radius: 6px;
    cursor: pointer;
    color: var(--text-strong);
    overflow-wrap: anywhere;
  }
  [role="option"].active {
    background: var(--bg-active);
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  [role="option"]:hover {
    background: var(--bg-active);
  }
`
