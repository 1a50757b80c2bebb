/** Styles of the inspector. Colours are the custom properties of the page, with those of a page without any. */
import { css } from "lit"

export const styles = css`
  :host {
    --fc-bg: var(--bg, light-dark(#ffffff, #23252e));
    --fc-raise: var(--bg-raise, light-dark(#f5f6f9, #2c2f3a));
    --fc-active: var(--bg-active, light-dark(#dfe2ec, #383c4a));
    --fc-code: var(--bg-code, light-dark(#f0f1f5, #191b22));
    --fc-line: var(--line, light-dark(#d3d7e1, #3b3f4d));
    --fc-border: var(--line-strong, light-dark(#6b7183, #7c8295));
    --fc-text: var(--text, light-dark(#292c35, #dfe2ea));
    --fc-strong: var(--text-strong, light-dark(#0b0d12, #ffffff));
    --fc-soft: var(--text-soft, light-dark(#555b6b, #abb1c0));
    --fc-link: var(--link, light-dark(#0059b8, #62b0ff));
    --fc-accent: var(--accent, light-dark(#4f54c9, #5a5fd6));
    --fc-good: var(--success-text, light-dark(#146636, #77d69b));
    --fc-bad: var(--danger-text, light-dark(#ad1f2b, #ff9aa0));
    --fc-warn: var(--warning-text, light-dark(#7a5200, #f3c35b));
    --fc-focus: var(--focus, light-dark(#0067c7, #8fd3ff));
    color: var(--fc-text);
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  input {
    font: inherit;
    color: inherit;
  }
  button {
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    text-align: start;
  }
  :focus-visible {
    outline: 2px solid var(--fc-focus);
    outline-offset: -2px;
  }
  .link {
    color: var(--fc-link);
    overflow-wrap: anywhere;
  }
  .link:hover {
    text-decoration: underline;
  }
  .soft {
    color: var(--fc-soft);
  }
  .good {
    color: var(--fc-good);
  }
  .bad {
    color: var(--fc-bad);
  }
  .warn {
    color: var(--fc-warn);
  }
  .mono,
  pre {
    font-family: ui-monospace, Menlo, Consolas, monospace;
  }
  pre {
    margin: 4px 0;
    padding: 8px 10px;
    border: 1px solid var(--fc-line);
    border-radius: 6px;
    background: var(--fc-code);
    font-size: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    max-height: 40vh;
    overflow: auto;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 3px 14px;
    margin: 0 0 8px;
    font-size: 13px;
  }
  dt {
    color: var(--fc-soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 0 0 8px;
    font-size: 15px;
    color: var(--fc-strong);
    overflow-wrap: anywhere;
  }
  h3 {
    margin: 12px 0 4px;
    font-size: 13px;
    color: var(--fc-strong);
  }
  svg {
    display: block;
    width: 100%;
  }
  .empty {
    padding: 24px 14px;
    color: var(--fc-soft);
    font-size: 14px;
  }
`
