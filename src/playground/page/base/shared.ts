/** Styles that every element of the page shares. */
import { css } from "lit"

export const shared = css`
  :host {
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    text-align: inherit;
  }
  button:disabled,
  [aria-disabled="true"] {
    cursor: not-allowed;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 1px;
  }
  .drawn {
    vertical-align: -0.125em;
  }
  a {
    color: var(--link);
    text-decoration: none;
  }
  a:hover {
    text-decoration: underline;
  }
  .soft {
    color: var(--text-soft);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .avatar::before {
    content: attr(data-initials);
  }
  [hidden] {
    display: none !important;
  }
  .primary,
  .plain,
  .dangerous {
    border-radius: 6px;
    padding: 6px 14px;
    min-height: 34px;
    font-weight: 500;
    text-align: center;
  }
  .primary {
    background: var(--accent);
    color: var(--on-accent);
  }
  .primary:hover {
    background: var(--accent-hover);
  }
  .plain {
    background: var(--bg-active);
    color: var(--text-strong);
  }
  .dangerous {
    background: var(--danger);
    color: #fff;
  }
  button:disabled {
    opacity: 0.55;
  }
  .field {
    width: 100%;
    background: var(--bg-input);
    color: var(--text-strong);
    border: 1px solid var(--line-strong);
    border-radius: 6px;
    padding: 7px 10px;
    min-height: 36px;
  }
  .field::placeholder {
    color: var(--text-soft);
    opacity: 1;
  }
`
