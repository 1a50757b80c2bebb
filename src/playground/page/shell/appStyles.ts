/** Styles of the page. */
import { css } from "lit"

export const appStyles = css`
  :host {
    display: block;
    height: 100%;
  }
  .app {
    display: flex;
    flex-direction: column;
    height: 100dvh;
    min-width: 0;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 6px 12px;
    background: var(--bg-rail);
    border-bottom: 1px solid var(--line);
  }
  h1 {
    font-size: 16px;
    margin: 0;
    color: var(--text-strong);
    white-space: nowrap;
  }
  .spring {
    flex: 1;
  }
  .state {
    font-size: 13px;
    padding: 2px 8px;
    border-radius: 10px;
    background: var(--bg-active);
    color: var(--text);
    white-space: nowrap;
  }
  .state.running {
    color: var(--success-text);
  }
  .state.ended {
    color: var(--danger-text);
  }
  .panels,
  .users {
    display: flex;
    gap: 4px;
    overflow-x: auto;
  }
  .panels button,
  .users button {
    padding: 6px 10px;
    border-radius: 6px;
    font-size: 14px;
    white-space: nowrap;
  }
  .panels button:hover,
  .users button:hover,
  .panels [aria-pressed="true"],
  .users [aria-pressed="true"] {
    background: var(--bg-active);
    color: var(--text-strong);
  }
  .users {
    padding: 4px 12px;
    background: var(--bg-side);
    border-bottom: 1px solid var(--line);
    flex-shrink: 0;
  }
  .users .add {
    color: var(--link);
  }
  .icon,
  .menu {
    width: 34px;
    height: 34px;
    flex-shrink: 0;
    text-align: center;
    border-radius: 6px;
  }
  .icon:hover,
  .menu:hover {
    background: var(--bg-active);
  }
  .menu {
    display: none;
  }
  .banner {
    padding: 8px 14px;
    background: var(--danger);
    color: #fff;
    font-size: 14px;
    text-align: center;
  }
  .banner.ended {
    max-height: 30vh;
    overflow: auto;
    text-align: start;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .middle {
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template-columns: 290px minmax(0, 1fr);
    grid-template-rows: minmax(0, 1fr);
    position: relative;
  }
  .middle.docked {
    grid-template-columns: 290px minmax(0, 1fr) clamp(340px, 36vw, 680px);
  }
  .drawer {
    min-height: 0;
  }
  .panes {
    display: flex;
    min-width: 0;
    min-height: 0;
    overflow-x: auto;
  }
  fc-pane {
    flex: 1 0 320px;
  }
  fc-pane + fc-pane {
    border-inline-start: 2px solid var(--line);
  }
  .dock {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    background: var(--bg-side);
    border-inline-start: 1px solid var(--line);
  }
  .dock-head {
    display: flex;
    justify-content: flex-end;
    padding: 6px 10px 0;
  }
  .dock-body {
    min-height: 0;
    overflow-y: auto;
  }
  .dock.inspector .dock-body {
    display: flex;
    flex-direction: column;
  }
  .dock.inspector .absent {
    margin: 0;
    padding: 0 14px;
    font-size: 14px;
  }
  .dock.inspector fc-origin {
    flex: 0 1 auto;
    max-height: 45%;
    padding-top: 0;
  }
  .dock.inspector fc-origin:last-child {
    max-height: none;
    padding-top: 14px;
  }
  .dock.inspector fc-inspector {
    flex: 1;
    min-height: 0;
    border-top: 1px solid var(--line);
  }
  .shade {
    display: none;
  }
  @media (max-width: 1100px) {
    .middle,
    .middle.docked {
      grid-template-columns: 230px minmax(0, 1fr);
    }
    .dock {
      position: absolute;
      inset-block: 0;
      inset-inline-end: 0;
      width: min(100%, 520px);
      z-index: 15;
      box-shadow: var(--shadow);
    }
  }
  @media (max-width: 760px) {
    .menu {
      display: block;
    }
    .bar {
      flex-wrap: wrap;
      gap: 4px 8px;
    }
    .panels {
      order: 9;
      width: 100%;
    }
    h1 .soft,
    .state {
      display: none;
    }
    .middle,
    .middle.docked {
      grid-template-columns: minmax(0, 1fr);
    }
    .drawer {
      position: absolute;
      inset-block: 0;
      inset-inline-start: 0;
      width: min(300px, 84vw);
      z-index: 20;
      transform: translateX(-105%);
      visibility: hidden;
    }
    .drawer.open {
      transform: none;
      visibility: visible;
      box-shadow: var(--shadow);
    }
    .shade {
      display: block;
      position: absolute;
      inset: 0;
      width: 100%;
      z-index: 19;
      background: rgb(0 0 0 / 50%);
    }
    fc-pane:not(.active) {
      display: none;
    }
    fc-pane {
      flex: 1 0 0;
    }
  }
`
