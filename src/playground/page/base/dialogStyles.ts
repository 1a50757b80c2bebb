/** Styles of dialogs over the page. */
import { css } from "lit"

export const dialogStyles = css`
  dialog {
    background: var(--bg);
    color: var(--text);
    border: 1px solid var(--line);
    border-radius: 12px;
    padding: 20px;
    width: min(var(--dialog-width, 560px), 92vw);
    box-shadow: var(--shadow);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 60%);
  }
  h2 {
    margin: 0 0 10px;
    font-size: 18px;
    color: var(--text-strong);
  }
`
