/** What the page does not know: its JSON, so that nothing is lost. */
import { css, html } from "lit"

export const unknown = (what: string, value: unknown) =>
  html`<details class="unknown" open>
    <summary>${what}</summary>
    <pre tabindex="0"><code>${JSON.stringify(value, undefined, 2)}</code></pre>
  </details>`

export const unknownStyles = css`
  .unknown {
    border: 1px dashed var(--line-strong);
    border-radius: 6px;
    padding: 6px 10px;
    margin: 4px 0;
    max-width: 560px;
    font-size: 14px;
  }
  .unknown summary {
    color: var(--warning-text);
    cursor: pointer;
  }
`
